#ifndef EURODAC_KERNELS_ABI_H
#define EURODAC_KERNELS_ABI_H
#define EURODAC_KERNELS_ABI 16
int eurodac_kernels_abi(void);
#endif
