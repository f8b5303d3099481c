#ifndef EURODAC_KERNELS_ABI_H
#define EURODAC_KERNELS_ABI_H
#define EURODAC_KERNELS_ABI 17
int eurodac_kernels_abi(void);
#endif
