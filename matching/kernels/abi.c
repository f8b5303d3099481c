/* The version of every signature and memory layout in this library; native.py refuses another. */
#include "abi.h"

int eurodac_kernels_abi(void) { return EURODAC_KERNELS_ABI; }
