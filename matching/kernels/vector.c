/* The exported calls of the vector search; each body is compiled for every instruction set. */
#include "vector.h"

#include "cpu.h"
#include "vector_exact.h"
#include "vector_scan.h"

#define CODE (q->codes + VECTOR_CODE * probe)
#define MASK (q->masks + VECTOR_CODE * probe)
#define TABLES (q->sextets + 64 * VECTOR_SEXTETS * probe)
#define CUT q->cuts[2 * probe]

/* drain: exact scores of the rows that have arrived; rows: those of all rows. */
#define SPECIALISE_ROWS(name, attributes, dot)                                                     \
    attributes static void drain_##name(const vector_chunk *c, const vector_probes *q,             \
                                        vector_best *b, vector_queue *queue) {                     \
        for (int i = 0; i < queue->count; i++) {                                                   \
            const int probe = queue->probe[i];                                                     \
            const int64_t slot = queue->slot[i];                                                   \
            b->candidates[probe]++;                                                                \
            vector_score(c, q, b, probe, slot,                                                     \
                         dot(c->rows + (int64_t)q->dimensions * slot,                              \
                             q->rows + (int64_t)q->dimensions * probe, q->dimensions));            \
        }                                                                                          \
        queue->count = 0;                                                                          \
    }                                                                                              \
    attributes static void rows_##name(const vector_chunk *c, const vector_probes *q,              \
                                       vector_best *b, int64_t tile0, int64_t tile1) {             \
        for (int64_t t = tile0; t < tile1; t++)                                                    \
            for (uint64_t left = c->live[t]; left; left &= left - 1) {                             \
                const int64_t slot = VECTOR_TILE * t + __builtin_ctzll(left);                      \
                const int8_t *row = c->rows + (int64_t)q->dimensions * slot;                       \
                ask_for(row + (slot + VECTOR_NEXT < VECTOR_TILE * tile1 ? VECTOR_NEXT : 0) *       \
                                  (int64_t)q->dimensions, q->dimensions);                          \
                for (int probe = 0; probe < q->count; probe++)                                     \
                    if (vector_wanted(c, q, probe, slot))                                          \
                        vector_score(c, q, b, probe, slot,                                         \
                                     dot(row, q->rows + (int64_t)q->dimensions * probe,            \
                                         q->dimensions));                                          \
            }                                                                                      \
    }

/* refine: second cut; scan: first cut. */
#define SPECIALISE_SCAN(name, attributes, passing)                                                 \
    attributes static void refine_##name(const vector_chunk *c, const vector_probes *q,            \
                                         vector_best *b, vector_passed *passed,                    \
                                         vector_queue *queue) {                                    \
        for (int i = 0; i < passed->count; i++) {                                                  \
            const int probe = passed->probe[i], ahead = i + VECTOR_AHEAD;                          \
            if (ahead < passed->count)                                                             \
                __builtin_prefetch(c->codes + VECTOR_CODE * (passed->slot0[ahead] +                \
                                                             __builtin_ctzll(passed->pass[ahead]))); \
            for (uint64_t left = passed->pass[i]; left; left &= left - 1) {                        \
                const int lane = __builtin_ctzll(left);                                            \
                const int64_t slot = passed->slot0[i] + lane;                                      \
                const uint64_t *code = c->codes + VECTOR_CODE * slot;                              \
                if (distance_each(code, CODE, MASK) <= q->cuts[2 * probe + 1] ||                   \
                    (c->always[slot / VECTOR_TILE] >> lane & 1))                                   \
                    await_row(c, q, probe, slot, queue);                                           \
            }                                                                                      \
            if (queue->count >= VECTOR_WAITING) drain_##name(c, q, b, queue);                      \
        }                                                                                          \
        passed->count = 0;                                                                         \
    }                                                                                              \
    attributes static void scan_##name(const vector_chunk *c, const vector_probes *q,              \
                                       vector_best *b, int64_t tile0, int64_t tile1) {             \
        vector_passed passed = {.count = 0};                                                       \
        vector_queue queue = {.count = 0};                                                         \
        for (int64_t t = tile0; t < tile1; t++) {                                                  \
            const uint64_t live = c->live[t];                                                      \
            if (!live) continue;                                                                   \
            const uint8_t *tile = c->leading + VECTOR_ROWS * VECTOR_TILE * t;                      \
            for (int probe = 0; probe < q->count; probe++) {                                       \
                const uint64_t pass =                                                              \
                    live & (passing(tile, TABLES, CUT) | c->always[t]);                            \
                passed.pass[passed.count] = pass;                                                  \
                passed.slot0[passed.count] = VECTOR_TILE * t;                                      \
                passed.probe[passed.count] = probe;                                                \
                passed.count += pass != 0;                                                         \
                if (passed.count == VECTOR_WAITING) refine_##name(c, q, b, &passed, &queue);       \
            }                                                                                      \
        }                                                                                          \
        refine_##name(c, q, b, &passed, &queue);                                                   \
        drain_##name(c, q, b, &queue);                                                             \
    }

SPECIALISE_ROWS(portable, , dot_each)
SPECIALISE_SCAN(portable, , passing_each)
#if defined(__x86_64__)
SPECIALISE_ROWS(avx2, VECTOR_AVX2, dot_each)
SPECIALISE_SCAN(avx2, VECTOR_AVX2, passing_avx2)
SPECIALISE_ROWS(avx512, VECTOR_AVX512, dot_avx512)
#include "vector_scan_avx512.h"
#else
#define exact_avx512(chunk, probes, best, tile0, tile1, scratch) (void)(scratch)
#define scan_avx2 scan_portable
#define scan_avx512 scan_portable
#define rows_avx2 rows_portable
#define rows_avx512 rows_portable
#endif

int eurodac_vector_scan(const vector_part *parts, int64_t count, const vector_probes *probes,
                        vector_best *best, int level) {
    level = eurodac_cpu_level(level);
    if (level < 0) return -1;
    for (const vector_part *p = parts; p < parts + count; p++)
        (level == CPU_AVX512 ? scan_avx512
         : level == CPU_AVX2 ? scan_avx2
                             : scan_portable)(p->chunk, probes, best, p->tile0, p->tile1);
    return 0;
}

int eurodac_vector_exact(const vector_part *parts, int64_t count, const vector_probes *probes,
                         vector_best *best, uint8_t *scratch, int level) {
    level = eurodac_cpu_level(level);
    if (level < 0) return -1;
    for (const vector_part *p = parts; p < parts + count; p++)
        if (level == CPU_AVX512 && probes->count >= VECTOR_FEW)
            exact_avx512(p->chunk, probes, best, p->tile0, p->tile1, scratch);
        else
            (level == CPU_AVX512 ? rows_avx512
             : level == CPU_AVX2 ? rows_avx2
                                 : rows_portable)(p->chunk, probes, best, p->tile0, p->tile1);
    return 0;
}

void eurodac_vector_put(uint8_t *leading, const int64_t *slots, const uint8_t *codes,
                        int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        const int64_t slot = slots[i];
        uint8_t *tile = leading + slot / VECTOR_TILE * (VECTOR_ROWS * VECTOR_TILE);
        for (int r = 0; r < VECTOR_ROWS; r++)
            tile[VECTOR_TILE * r + slot % VECTOR_TILE] = codes[VECTOR_ROWS * i + r];
    }
}
