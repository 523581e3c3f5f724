# Writes OUTPUT, only when it changes.
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=12
	OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
	set(commit "unknown")
endif()
set(text "/* generated */
#define IPCMARK_VERSION \"${VERSION}\"
#define IPCMARK_GIT \"${commit}\"
#define IPCMARK_COMPILER \"${COMPILER}\"
#define IPCMARK_FLAGS \"${FLAGS}\"
#define IPCMARK_SOURCE_DIR \"${SOURCE_DIR}\"
")
if(EXISTS ${OUTPUT})
	file(READ ${OUTPUT} old)
endif()
if(NOT "${old}" STREQUAL "${text}")
	file(WRITE ${OUTPUT} "${text}")
endif()
