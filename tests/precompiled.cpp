// Carries the precompiled headers that all tests share; see CMakeLists.txt here.
