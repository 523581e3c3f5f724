# require_library(NAME pkg-config-module header library debian-package): an imported target NAME::lib,
# or one line that names the Debian package which provides what is missing. A library that comes in parts is
# a list of them, in the linker's order: "ssl;crypto".
find_package(PkgConfig QUIET)

# NAME::lib, where header and all of the libraries are found.
function(find_system_library name module header libraries)
	if(PKG_CONFIG_FOUND)
		pkg_check_modules(PC_${name} QUIET ${module})
	endif()
	find_path(${name}_INCLUDE_DIR ${header} HINTS ${PC_${name}_INCLUDE_DIRS})
	mark_as_advanced(${name}_INCLUDE_DIR)
	set(found)
	foreach(library ${libraries})
		find_library(${name}_LIBRARY_${library} ${library} HINTS ${PC_${name}_LIBRARY_DIRS})
		mark_as_advanced(${name}_LIBRARY_${library})
		list(APPEND found ${${name}_LIBRARY_${library}})
	endforeach()
	if(NOT ${name}_INCLUDE_DIR OR "${found}" MATCHES "-NOTFOUND")
		return()
	endif()
	add_library(${name}::lib INTERFACE IMPORTED GLOBAL)
	set_target_properties(${name}::lib PROPERTIES
		INTERFACE_LINK_LIBRARIES "${found}"
		INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${${name}_INCLUDE_DIR})
endfunction()

function(require_library name module header libraries package)
	find_system_library(${name} ${module} ${header} "${libraries}")
	if(NOT TARGET ${name}::lib)
		message(FATAL_ERROR "${header} not found: install the Debian package ${package} (or run scripts/setup)")
	endif()
endfunction()

# The same, found or left out: adds NAME::lib to optional_libraries and IPCMARK_HAVE_NAME to
# optional_definitions where it is there. -DIPCMARK_WITHOUT=NAME;... leaves it out.
function(optional_library name module header libraries package)
	if(NOT name IN_LIST IPCMARK_WITHOUT)
		find_system_library(${name} ${module} ${header} "${libraries}")
	endif()
	if(TARGET ${name}::lib)
		set(optional_libraries ${optional_libraries} ${name}::lib PARENT_SCOPE)
		set(optional_definitions ${optional_definitions} IPCMARK_HAVE_${name} PARENT_SCOPE)
	else()
		message(STATUS "without ${package}")
	endif()
endfunction()
