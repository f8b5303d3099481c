#ifndef EURODAC_KERNELS_ABI_H
#define EURODAC_KERNELS_ABI_H
#define EURODAC_KERNELS_ABI 18
int eurodac_kernels_abi(void);
#endif
