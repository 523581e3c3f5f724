# require_library(NAME pkg-config-module header library debian-package): an imported target NAME::lib,
# or one line that names the Debian package which provides what is missing.
find_package(PkgConfig QUIET)

function(require_library name module header library package)
	if(PKG_CONFIG_FOUND)
		pkg_check_modules(PC_${name} QUIET ${module})
	endif()
	find_path(${name}_INCLUDE_DIR ${header} HINTS ${PC_${name}_INCLUDE_DIRS})
	find_library(${name}_LIBRARY ${library} HINTS ${PC_${name}_LIBRARY_DIRS})
	mark_as_advanced(${name}_INCLUDE_DIR ${name}_LIBRARY)
	if(NOT ${name}_INCLUDE_DIR OR NOT ${name}_LIBRARY)
		message(FATAL_ERROR "${header} not found: install the Debian package ${package} (or run scripts/setup)")
	endif()
	add_library(${name}::lib UNKNOWN IMPORTED GLOBAL)
	set_target_properties(${name}::lib PROPERTIES
		IMPORTED_LOCATION ${${name}_LIBRARY}
		INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${${name}_INCLUDE_DIR})
endfunction()
