# generated/version.h: what the tool says about itself. The commit is read at every build.
set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type}}" ipcmark_flags)
if(IPCMARK_SANITIZE)
	string(APPEND ipcmark_flags " -fsanitize=${IPCMARK_SANITIZE}")
endif()

add_custom_target(ipcmark-version
	COMMAND ${CMAKE_COMMAND}
		-DSOURCE_DIR=${CMAKE_CURRENT_SOURCE_DIR} -DOUTPUT=${generated}/version.h
		-DVERSION=${PROJECT_VERSION}
		"-DCOMPILER=${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}" "-DFLAGS=${ipcmark_flags}"
		-P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/WriteVersion.cmake
	BYPRODUCTS ${generated}/version.h
	VERBATIM)

# The published schema, inside the program.
set(schema ${CMAKE_CURRENT_SOURCE_DIR}/results/ipcmark-result-1.schema.json)
add_custom_command(OUTPUT ${generated}/result_schema.inc
	COMMAND ${CMAKE_COMMAND} -DINPUT=${schema} -DOUTPUT=${generated}/result_schema.inc
		-P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/Embed.cmake
	DEPENDS ${schema} ${CMAKE_CURRENT_SOURCE_DIR}/cmake/Embed.cmake
	VERBATIM)

add_custom_target(ipcmark-generated DEPENDS ipcmark-version ${generated}/result_schema.inc)
