// Loops of our own, built for several instruction sets and chosen when the program starts: the rest of it stays at the
// x86-64 baseline. Such a function must be a leaf with a loop inside: no OpenMP region, no lambda. The clones give the same
// bits, because they are elementwise (no reassociation) and contraction to fused multiply-add is off for this folder.
#pragma once

// The resolvers of clones run before a sanitizer's own start-up, which these do not survive.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TRAINYARD_SIMD_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TRAINYARD_SIMD_CLONES
#endif
