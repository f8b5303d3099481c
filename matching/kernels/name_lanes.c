/* The alignment of name_letters.c for 64 words at once, in 16 bits: all letters of two words are
 * worth 48 x 128 eighths of a bit at most. */
#include "name_lanes.h"
#include "cpu.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define NO_LETTER 255
#define USUAL 8 /* letters that are copied whatever the length, without a branch */

/* Words side by side; letters after the end of a word are any below NAME_CODES, and change nothing
 * before it. */
typedef struct {
    _Alignas(64) uint8_t letters[NAME_LETTERS][LANES];
    _Alignas(64) int16_t alone[NAME_LETTERS][LANES]; /* letters without counterpart in the probe */
    _Alignas(64) int16_t rows[3][NAME_LETTERS + 1][LANES]; /* of the alignment, the last three */
    _Alignas(64) uint8_t script[LANES];
    _Alignas(64) uint8_t none[LANES]; /* letters before the first */
    int longest;
} name_lanes;

/* What holds for every word. */
typedef struct {
    const name_model *model;
    const name_word *probe;
    int8_t alone[NAME_CODES], expected[NAME_CODES]; /* of a letter against the probe's script */
    int32_t fewest, own[NAME_SCRIPTS]; /* least that is expected of a letter, and of the probe */
} lanes_call;

/* Evidence of two neighbours of the probe, the second at `i`, that changed places. */
static int16_t swap_at(const lanes_call *call, int i) {
    if (i == 0) return 0;
    const uint8_t x = call->probe->letters[i], before = call->probe->letters[i - 1];
    return (int16_t)(call->model->pair[x][x] + call->model->pair[before][before] +
                     call->model->swapped);
}

#define LANES_BODY static inline __attribute__((always_inline))

/* Aligns letter `i` of the probe with all words; its row is number i + 1, modulo 3. */
LANES_BODY void letter(const lanes_call *call, int i, name_lanes *in) {
    const name_model *model = call->model;
    const uint8_t x = call->probe->letters[i];
    const uint8_t before = i ? call->probe->letters[i - 1] : NO_LETTER;
    const int16_t swap = swap_at(call, i);
    int16_t(*here)[LANES] = in->rows[(i + 1) % 3], (*above)[LANES] = in->rows[i % 3];
    int16_t(*above2)[LANES] = in->rows[(i + 2) % 3];
    int16_t alone[LANES], best[LANES];
    for (int l = 0; l < LANES; l++) alone[l] = model->alone[x][in->script[l]];
    for (int l = 0; l < LANES; l++) best[l] = here[0][l] = (int16_t)(above[0][l] + alone[l]);
    for (int j = 0; j < in->longest; j++) {
        const uint8_t *y = in->letters[j], *previous = j ? in->letters[j - 1] : in->none;
        const int16_t *far = above2[j ? j - 1 : 0];
        int16_t pairs[LANES];
        for (int l = 0; l < LANES; l++) pairs[l] = model->pair[x][y[l]];
        for (int l = 0; l < LANES; l++) {
            const int16_t both = (int16_t)(above[j][l] + pairs[l]);
            const int16_t left = (int16_t)(best[l] + in->alone[j][l]);
            const int16_t up = (int16_t)(above[j + 1][l] + alone[l]);
            const int16_t turned = (int16_t)(far[l] + swap);
            const int is_turned = (y[l] == before) & (previous[l] == x);
            int16_t most = both > left ? both : left;
            most = most > up ? most : up;
            best[l] = is_turned && turned > most ? turned : most;
        }
        memcpy(here[j + 1], best, sizeof(best));
    }
}

#define ALIGN(name, attributes)                                                                    \
    attributes static void align_##name(const lanes_call *call, name_lanes *in) {                  \
        for (int j = 0; j < in->longest; j++)                                                      \
            for (int l = 0; l < LANES; l++) {                                                      \
                in->alone[j][l] = call->alone[in->letters[j][l]];                                  \
                in->rows[0][j + 1][l] = (int16_t)(in->rows[0][j][l] + in->alone[j][l]);            \
            }                                                                                      \
        for (int i = 0; i < call->probe->length; i++) letter(call, i, in);                         \
    }

ALIGN(portable, )
#if defined(__x86_64__)
ALIGN(avx2, __attribute__((target("avx2,bmi,bmi2"))))

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi")))

/* 64 letters looked up in a table of 128, as 16 bits. */
typedef struct {
    __m512i low, high;
} wide;

AVX512 LANES_BODY wide load_wide(const int16_t *from) {
    return (wide){_mm512_load_si512(from), _mm512_load_si512(from + LANES / 2)};
}

AVX512 LANES_BODY void store_wide(int16_t *to, wide values) {
    _mm512_store_si512(to, values.low);
    _mm512_store_si512(to + LANES / 2, values.high);
}

AVX512 LANES_BODY wide add_wide(wide a, wide b) {
    return (wide){_mm512_add_epi16(a.low, b.low), _mm512_add_epi16(a.high, b.high)};
}

AVX512 LANES_BODY wide larger_wide(wide a, wide b) {
    return (wide){_mm512_max_epi16(a.low, b.low), _mm512_max_epi16(a.high, b.high)};
}

AVX512 LANES_BODY wide look_up(wide table, __m512i letters) {
    const __m512i found = _mm512_permutex2var_epi8(table.low, letters, table.high);
    return (wide){_mm512_cvtepi8_epi16(_mm512_castsi512_si256(found)),
                  _mm512_cvtepi8_epi16(_mm512_extracti64x4_epi64(found, 1))};
}

AVX512 LANES_BODY wide load_table(const int8_t *from) {
    return (wide){_mm512_loadu_si512(from), _mm512_loadu_si512(from + NAME_CODES / 2)};
}

AVX512 static void letter_avx512(const lanes_call *call, int i, name_lanes *in) {
    const uint8_t x = call->probe->letters[i];
    const __m512i before = _mm512_set1_epi8((char)(i ? call->probe->letters[i - 1] : NO_LETTER));
    const __m512i this = _mm512_set1_epi8((char)x);
    const __m512i half = _mm512_set1_epi16(swap_at(call, i));
    const int8_t *by_script = call->model->alone[x];
    const __mmask64 script = _mm512_test_epi8_mask(_mm512_load_si512(in->script),
                                                   _mm512_load_si512(in->script));
    const __m512i with = _mm512_set1_epi16(by_script[0]), without = _mm512_set1_epi16(by_script[1]);
    const wide alone = {_mm512_mask_mov_epi16(with, (__mmask32)script, without),
                        _mm512_mask_mov_epi16(with, (__mmask32)(script >> 32), without)};
    const wide table = load_table(call->model->pair[x]), swap = {half, half};
    int16_t(*here)[LANES] = in->rows[(i + 1) % 3], (*above)[LANES] = in->rows[i % 3];
    int16_t(*above2)[LANES] = in->rows[(i + 2) % 3];
    wide diagonal = load_wide(above[0]), best = add_wide(diagonal, alone);
    __m512i previous = _mm512_load_si512(in->none);
    store_wide(here[0], best);
    for (int j = 0; j < in->longest; j++) {
        const __m512i y = _mm512_load_si512(in->letters[j]);
        const wide up = load_wide(above[j + 1]);
        best = larger_wide(add_wide(diagonal, look_up(table, y)),
                           larger_wide(add_wide(best, load_wide(in->alone[j])), add_wide(up, alone)));
        const __mmask64 turned =
            _mm512_mask_cmpeq_epi8_mask(_mm512_cmpeq_epi8_mask(y, before), previous, this);
        if (turned) {
            const wide both = add_wide(load_wide(above2[j - 1]), swap);
            best.low = _mm512_mask_max_epi16(best.low, (__mmask32)turned, best.low, both.low);
            best.high =
                _mm512_mask_max_epi16(best.high, (__mmask32)(turned >> 32), best.high, both.high);
        }
        store_wide(here[j + 1], best);
        diagonal = up;
        previous = y;
    }
}

AVX512 static void align_avx512(const lanes_call *call, name_lanes *in) {
    const wide table = load_table(call->alone);
    wide sum = load_wide(in->rows[0][0]);
    for (int j = 0; j < in->longest; j++) {
        const wide alone = look_up(table, _mm512_load_si512(in->letters[j]));
        sum = add_wide(sum, alone);
        store_wide(in->alone[j], alone);
        store_wide(in->rows[0][j + 1], sum);
    }
    for (int i = 0; i < call->probe->length; i++) letter_avx512(call, i, in);
}
#endif

static void align(const lanes_call *call, int level, name_lanes *in) {
#if defined(__x86_64__)
    if (level == CPU_AVX512) {
        align_avx512(call, in);
        return;
    }
    if (level == CPU_AVX2) {
        align_avx2(call, in);
        return;
    }
#endif
    (void)level;
    align_portable(call, in);
}

static void fill(const name_model *model, const name_word *probe, lanes_call *call) {
    call->model = model;
    call->probe = probe;
    call->fewest = INT8_MAX;
    for (int code = 0; code < NAME_CODES; code++) {
        call->alone[code] = model->alone[code][probe->script];
        call->expected[code] = model->expected[code][probe->script];
        if (call->expected[code] < call->fewest) call->fewest = call->expected[code];
    }
    for (int script = 0; script < NAME_SCRIPTS; script++) {
        call->own[script] = 0;
        for (int i = 0; i < probe->length; i++)
            call->own[script] += model->expected[probe->letters[i]][script];
    }
}

static void pack(const name_waiting *in, name_lanes *to) {
    to->longest = 0;
    memset(to->letters, 0, sizeof(to->letters));
    memset(to->script, 0, sizeof(to->script));
    memset(to->none, NO_LETTER, sizeof(to->none));
    memset(to->rows[0][0], 0, sizeof(to->rows[0][0]));
    for (int l = 0; l < in->count; l++) {
        const name_word *word = in->words[l];
        for (int j = 0; j < USUAL; j++) to->letters[j][l] = word->letters[j];
        for (int j = USUAL; j < word->length; j++) to->letters[j][l] = word->letters[j];
        to->script[l] = word->script;
        if (word->length > to->longest) to->longest = word->length;
    }
}

/* Most words are so unlike that what their letters could bring need not be added up. */
static int unlike(const lanes_call *call, const name_word *word, int32_t evidence, int32_t least) {
    const int32_t full = call->own[word->script] + word->length * call->fewest;
    return least > 0 && evidence * 512 < least * full && call->probe->length &&
           word->letters[0] != call->probe->letters[0];
}

static int32_t likeness_of(const lanes_call *call, const name_word *word, int32_t evidence) {
    int32_t full = call->own[word->script];
    if (name_same(call->probe, word)) return NAME_SAME;
    for (int i = 0; i < word->length; i++) full += call->expected[word->letters[i]];
    return name_share(evidence, full);
}

void eurodac_name_lanes(const name_model *model, const name_word *probe, const name_waiting *in,
                        int level, int32_t least, int32_t *likeness) {
    lanes_call call;
    name_lanes lanes;
    fill(model, probe, &call);
    pack(in, &lanes);
    align(&call, level, &lanes);
    int16_t(*last)[LANES] = lanes.rows[probe->length % 3];
    for (int l = 0; l < in->count; l++) {
        const name_word *word = in->words[l];
        const int32_t evidence = last[word->length][l];
        const int is_unlike = unlike(&call, word, evidence, least);
        likeness[l] = is_unlike ? NAME_UNLIKE : likeness_of(&call, word, evidence);
    }
}
