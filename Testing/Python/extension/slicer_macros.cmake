# Stand-in for what a configured Slicer gives to an extension, for the installed-layout test.
# Slicer's rules are kept: unknown keywords and listed files that are absent are errors, unlisted
# files are left out; every file keeps its relative path below the folder of scripted modules, first
# in the build tree, from where the whole folder is installed; tests exist only with BUILD_TESTING.
# Files are copied at configure time, which is quicker than one build rule each.

set(Slicer_USE_PYTHONQT ON)
set(Slicer_QTSCRIPTEDMODULES_LIB_DIR "lib/Slicer-5.12/qt-scripted-modules")
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR "lib/Slicer-5.12/qt-scripted-modules")

macro(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MODULE "WITH_GENERIC_TESTS;WITH_SUBDIR;VERBOSE" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(MODULE_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "unknown keywords: ${MODULE_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT MODULE_NAME OR NOT MODULE_SCRIPTS)
    message(FATAL_ERROR "NAME and SCRIPTS are mandatory")
  endif()
  set(MODULE_DESTINATION ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR})
  foreach(file ${MODULE_SCRIPTS} ${MODULE_RESOURCES})
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
      message(FATAL_ERROR "${file} is listed but absent")
    endif()
    configure_file(${CMAKE_CURRENT_SOURCE_DIR}/${file} ${MODULE_DESTINATION}/${file} COPYONLY)
  endforeach()
  install(DIRECTORY ${MODULE_DESTINATION}/ DESTINATION ${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}
    COMPONENT RuntimeLibraries)
  if(BUILD_TESTING AND MODULE_WITH_GENERIC_TESTS)
    message(STATUS "generic tests of ${MODULE_NAME}")
  endif()
endmacro()

macro(slicer_add_python_unittest)
  cmake_parse_arguments(UNITTEST "" "TESTNAME_PREFIX;SCRIPT" "SLICER_ARGS" ${ARGN})
  if(UNITTEST_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "unknown keywords: ${UNITTEST_UNPARSED_ARGUMENTS}")
  endif()
  get_filename_component(UNITTEST_NAME ${UNITTEST_SCRIPT} NAME_WE)
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${UNITTEST_SCRIPT})
    message(FATAL_ERROR "${UNITTEST_SCRIPT} is no script")
  endif()
  message(STATUS "test py_${UNITTEST_TESTNAME_PREFIX}${UNITTEST_NAME}")
endmacro()
