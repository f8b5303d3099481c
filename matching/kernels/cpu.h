/* Which instruction sets this machine and its operating system offer. */
#ifndef EURODAC_CPU_H
#define EURODAC_CPU_H

/* Instruction sets; 0 chooses the best that this machine has. */
enum { CPU_AUTO = 0, CPU_PORTABLE = 1, CPU_AVX2 = 2, CPU_AVX512 = 3 };

/* The level a call with `wanted` runs at; -1 if this machine cannot. */
int eurodac_cpu_level(int wanted);
#endif
