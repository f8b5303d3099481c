/* CPU detection by CPUID: the compilers' own __builtin_cpu_supports answers "no" to everything in
 * libraries built by the ziglang wheel, which would silently run portable code. */
#include "cpu.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdint.h>

#define BIT(word, n) (((word) >> (n)) & 1u)
#define XCR0_AVX 0x06u    /* the operating system saves xmm and ymm */
#define XCR0_AVX512 0xe6u /* and the mask and zmm registers */

static uint32_t saved_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static int best_level(void) {
    uint32_t a, b, c, d, seven_b, seven_c, seven_d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return CPU_PORTABLE;
    const int fma = BIT(c, 12), popcnt = BIT(c, 23), osxsave = BIT(c, 27), avx = BIT(c, 28);
    if (!(fma && popcnt && osxsave && avx)) return CPU_PORTABLE;
    if (!__get_cpuid_count(7, 0, &a, &seven_b, &seven_c, &seven_d)) return CPU_PORTABLE;
    const uint32_t saved = saved_registers();
    const int bmi = BIT(seven_b, 3) && BIT(seven_b, 8), avx2 = BIT(seven_b, 5);
    if (!(bmi && avx2 && (saved & XCR0_AVX) == XCR0_AVX)) return CPU_PORTABLE;
    const int foundation = BIT(seven_b, 16) && BIT(seven_b, 17) && BIT(seven_b, 30) &&
                           BIT(seven_b, 31); /* F, DQ, BW, VL */
    const int later = BIT(seven_c, 1) && BIT(seven_c, 6) && BIT(seven_c, 11) &&
                      BIT(seven_c, 14); /* VBMI, VBMI2, VNNI, VPOPCNTDQ */
    return foundation && later && (saved & XCR0_AVX512) == XCR0_AVX512 ? CPU_AVX512 : CPU_AVX2;
}
#else
static int best_level(void) { return CPU_PORTABLE; }
#endif

int eurodac_cpu_level(int wanted) {
    static _Atomic int known; /* CPUID leaves a virtual machine, far too slow for every call */
    int best = atomic_load_explicit(&known, memory_order_relaxed);
    if (best == 0) {
        best = best_level();
        atomic_store_explicit(&known, best, memory_order_relaxed);
    }
    return wanted == CPU_AUTO ? best : wanted >= CPU_PORTABLE && wanted <= best ? wanted : -1;
}
