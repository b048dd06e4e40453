# Kernels are small, and what they all include is large: nvcc reads it six times for each source. So that many sources are
# compiled as one, this writes sources that include eight others each. In return no two of them may give different things
# the same name, in unnamed namespaces neither.
#
# TRAINYARD_JOIN_KERNELS OFF compiles each alone, which is quicker for work on one of them.
option(TRAINYARD_JOIN_KERNELS "Compile eight CUDA sources as one" ON)
function(trainyard_join_sources result)
  if(NOT TRAINYARD_JOIN_KERNELS)
    set(${result} ${ARGN} PARENT_SCOPE)
    return()
  endif()
  set(joined "")
  set(number 0)
  while(ARGN)
    list(SUBLIST ARGN 0 8 group)
    list(REMOVE_ITEM ARGN ${group})
    list(TRANSFORM group REPLACE "(.+)" "#include \"\\1\"\n")
    list(JOIN group "" text)
    set(file ${CMAKE_CURRENT_BINARY_DIR}/joined_${number}.cu)
    file(GENERATE OUTPUT ${file} CONTENT "${text}")
    list(APPEND joined ${file})
    math(EXPR number "${number} + 1")
  endwhile()
  set(${result} ${joined} PARENT_SCOPE)
endfunction()
