# Install rules and the .deb: cpack -G DEB in a build folder. Included from the top with what was built.
include(GNUInstallDirs)

install(TARGETS trainyard-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET trainyard)
  install(TARGETS trainyard RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES installer/org.trainyard.Trainyard.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
  install(FILES installer/org.trainyard.Trainyard.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
  install(FILES resources/app/trainyard.svg RENAME org.trainyard.Trainyard.svg
          DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()
install(DIRECTORY projects/ DESTINATION ${CMAKE_INSTALL_DATADIR}/trainyard/projects
        PATTERN "runs.sqlite*" EXCLUDE PATTERN "checkpoints" EXCLUDE)
install(FILES README.md ARCHITECTURE.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME trainyard)
set(CPACK_PACKAGE_VENDOR "The Trainyard authors")
set(CPACK_PACKAGE_CONTACT "The Trainyard authors <trainyard@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Workbench for building and training neural networks")
set(CPACK_PACKAGE_DESCRIPTION
    "Couple layers on a canvas, see what memory they take before a run, train in the
background, watch loss, metrics and load live, and compare every run later.
Works offline. Comes with a command-line program for scripts.")
set(CPACK_PACKAGE_INSTALL_DIRECTORY trainyard)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # reads the libraries of what was built; needs dpkg-dev
if(TARGET trainyard)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "libqt6svg6, fonts-dejavu-core")  # loaded at run time, so no linker knows
endif()
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
include(CPack)
