/* Which words of a vocabulary are spellings of a probe's word: every word is looked at.
 *
 * Two words are compared letter by letter only if their marks differ in few bits, or if they begin
 * alike.  A mark is 64 bits: which groups of letters occur, which occur twice, which follow each
 * other (hashed).  Words without written vowels have marks of their other letters alone (bones),
 * so two columns are kept: `marks` as a word is best compared to one with vowels, `bones`. */
#include "cpu.h"
#include "name_lanes.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define VOWELS 12 /* groups from here on are vowels */
#define GROUPS 15
#define HEAD 4 /* letters that begin alike */

static uint64_t mark(const name_model *model, const name_word *word, int bones) {
    uint64_t bits = 0;
    unsigned once = 0, before = 31;
    const int groups = bones ? VOWELS - 1 : GROUPS;
    for (int i = 0; i < word->length; i++) {
        const unsigned group = model->group[word->letters[i]];
        if (!group || (bones && (group >= VOWELS || group == before))) continue;
        bits |= 1ull << (group - 1 + ((once >> group & 1) ? groups : 0));
        once |= 1u << group;
        const unsigned hash = (before * 37 + group) * 2654435761u;
        bits |= 1ull << (2 * groups + (hash >> 16) % (64 - 2 * groups));
        before = group;
    }
    return bits;
}

/* 0 stands for a word that is too short to begin like another. */
static uint32_t head(const name_word *word) {
    uint32_t letters = 0;
    if (word->length < HEAD) return 0;
    for (int i = 0; i < HEAD; i++) letters = letters << 8 | (word->letters[i] + 1u);
    return letters;
}

/* Fills the columns of words begin..end; `vowelled` has one byte for eight words. */
void eurodac_name_marks(const name_model *model, const name_word *words, int64_t begin, int64_t end,
                        uint64_t *marks, uint64_t *bones, uint32_t *heads, uint8_t *vowelled) {
    for (int64_t i = begin; i < end; i++) {
        bones[i] = mark(model, words + i, 1);
        marks[i] = words[i].script ? bones[i] : mark(model, words + i, 0);
        heads[i] = head(words + i);
        vowelled[i / 8] &= (uint8_t)~(1u << i % 8);
        vowelled[i / 8] |= (uint8_t)((words[i].script ? 0u : 1u) << i % 8);
    }
}

typedef struct {
    uint64_t with_vowels, without; /* the probe's marks */
    uint32_t head;
    int near_with, near_without; /* most bits that may differ */
} expand_probe;

typedef struct {
    const uint64_t *marks;
    const uint32_t *heads;
    const uint8_t *vowelled; /* of the words of `marks`; all of them 0 for a probe without */
} expand_columns;

#define EXPAND_BODY static inline __attribute__((always_inline))

EXPAND_BODY int bits_of(uint64_t x, int native) {
    if (native) return __builtin_popcountll(x);
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (int)(x * 0x0101010101010101u >> 56);
}

EXPAND_BODY int near_one(const expand_probe *probe, const expand_columns *columns, int64_t i,
                         int native) {
    const int vowels = columns->vowelled[i / 8] >> i % 8 & 1;
    const uint64_t differ = columns->marks[i] ^ (vowels ? probe->with_vowels : probe->without);
    return bits_of(differ, native) <= (vowels ? probe->near_with : probe->near_without) ||
           (probe->head && columns->heads[i] == probe->head);
}

/* Looks at the words one by one; returns how many are near. */
EXPAND_BODY int64_t scan_each(const expand_probe *probe, const expand_columns *columns,
                              int64_t begin, int64_t end, int native, uint32_t *found) {
    int64_t total = 0;
    for (int64_t i = begin; i < end; i++) {
        found[total] = (uint32_t)i;
        total += near_one(probe, columns, i, native);
    }
    return total;
}

static int64_t scan_portable(const expand_probe *probe, const expand_columns *columns,
                             int64_t begin, int64_t end, uint32_t *found) {
    return scan_each(probe, columns, begin, end, 0, found);
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/* How many bits are set in each of four numbers. */
AVX2 EXPAND_BODY __m256i bits_of_four(__m256i x) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, /**/
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i first = _mm256_shuffle_epi8(table, _mm256_and_si256(x, low));
    const __m256i second =
        _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low));
    return _mm256_sad_epu8(_mm256_add_epi8(first, second), _mm256_setzero_si256());
}

/* Which of the words from a multiple of four on are near. */
AVX2 EXPAND_BODY unsigned near_four(const expand_probe *probe, const expand_columns *columns,
                                    int64_t i) {
    const __m256i places = _mm256_setr_epi64x(1, 2, 4, 8);
    const __m256i bits = _mm256_set1_epi64x(columns->vowelled[i / 8] >> i % 8);
    const __m256i vowels = _mm256_cmpeq_epi64(_mm256_and_si256(bits, places), places);
    const __m256i own =
        _mm256_blendv_epi8(_mm256_set1_epi64x((long long)probe->without),
                           _mm256_set1_epi64x((long long)probe->with_vowels), vowels);
    const __m256i most = _mm256_blendv_epi8(_mm256_set1_epi64x(probe->near_without),
                                            _mm256_set1_epi64x(probe->near_with), vowels);
    const __m256i marks = _mm256_loadu_si256((const __m256i *)(columns->marks + i));
    const __m256i far = _mm256_cmpgt_epi64(bits_of_four(_mm256_xor_si256(marks, own)), most);
    unsigned near = ~(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(far)) & 15u;
    if (probe->head) {
        const __m128i heads = _mm_loadu_si128((const __m128i *)(columns->heads + i));
        const __m128i same = _mm_cmpeq_epi32(heads, _mm_set1_epi32((int)probe->head));
        near |= (unsigned)_mm_movemask_ps(_mm_castsi128_ps(same));
    }
    return near;
}

AVX2 static int64_t scan_avx2(const expand_probe *probe, const expand_columns *columns,
                              int64_t begin, int64_t end, uint32_t *found) {
    int64_t i = (begin + 3) & ~3ll;
    if (i > end) i = end;
    int64_t total = scan_each(probe, columns, begin, i, 1, found);
    for (; i + 4 <= end; i += 4)
        for (unsigned near = near_four(probe, columns, i); near; near &= near - 1)
            found[total++] = (uint32_t)i + (unsigned)__builtin_ctz(near);
    return total + scan_each(probe, columns, i, end, 1, found + total);
}

__attribute__((target("avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq"))) static int64_t
scan_avx512(const expand_probe *probe, const expand_columns *columns, int64_t begin, int64_t end,
            uint32_t *found) {
    const __m512i with = _mm512_set1_epi64((long long)probe->with_vowels);
    const __m512i without = _mm512_set1_epi64((long long)probe->without);
    const __m512i near_with = _mm512_set1_epi64(probe->near_with);
    const __m512i near_without = _mm512_set1_epi64(probe->near_without);
    const __m256i first = _mm256_set1_epi32((int)probe->head);
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    int64_t i = (begin + 7) & ~7ll;
    if (i > end) i = end;
    int64_t total = scan_each(probe, columns, begin, i, 1, found);
    for (; i + 8 <= end; i += 8) {
        const __mmask8 vowels = columns->vowelled[i / 8];
        const __m512i differ = _mm512_xor_si512(
            _mm512_loadu_si512(columns->marks + i), _mm512_mask_mov_epi64(without, vowels, with));
        __mmask8 near = _mm512_cmple_epi64_mask(
            _mm512_popcnt_epi64(differ), _mm512_mask_mov_epi64(near_without, vowels, near_with));
        if (probe->head)
            near |= _mm256_cmpeq_epi32_mask(
                _mm256_loadu_si256((const __m256i *)(columns->heads + i)), first);
        if (!near) continue;
        const __m256i numbers = _mm256_add_epi32(lanes, _mm256_set1_epi32((int)i));
        _mm256_storeu_si256((__m256i *)(found + total),
                            _mm256_maskz_compress_epi32(near, numbers));
        total += __builtin_popcount(near);
    }
    return total + scan_each(probe, columns, i, end, 1, found + total);
}
#endif

static int64_t scan(const expand_probe *probe, const expand_columns *columns, int64_t begin,
                    int64_t end, int level, uint32_t *found) {
#if defined(__x86_64__)
    if (level == CPU_AVX512) return scan_avx512(probe, columns, begin, end, found);
    if (level == CPU_AVX2) return scan_avx2(probe, columns, begin, end, found);
#endif
    (void)level;
    return scan_portable(probe, columns, begin, end, found);
}

static int begins(const name_word *whole, const name_word *part) {
    if (part->length < HEAD || part->length >= whole->length || part->script != whole->script)
        return 0;
    for (int i = 0; i < part->length; i++)
        if (part->letters[i] != whole->letters[i]) return 0;
    return 1;
}

#define SLIPPED 3 /* letters of the shortest word in which a slip says anything */

/* Whether one letter was left out, typed in or mistaken, or two neighbours changed places. */
static int one_slip(const name_word *a, const name_word *b) {
    const name_word *longer = a->length < b->length ? b : a, *other = longer == a ? b : a;
    const int more = longer->length - other->length;
    if (a->script != b->script || more > 1 || other->length < SLIPPED) return 0;
    const uint8_t *x = longer->letters, *y = other->letters;
    int i = 0;
    while (i < other->length && x[i] == y[i]) i++;
    const int left = other->length - i;
    if (more) return !memcmp(x + i + 1, y + i, (size_t)left);
    if (left < 1 || !memcmp(x + i + 1, y + i + 1, (size_t)left - 1)) return 1;
    return x[i] == y[i + 1] && x[i + 1] == y[i] && !memcmp(x + i + 2, y + i + 2, (size_t)left - 2);
}

/* What a search for spellings may use; limits in bits of a mark, likenesses in 256ths. */
typedef struct {
    const name_word *words;
    const uint64_t *marks, *bones;
    const uint32_t *heads;
    const uint8_t *vowelled, *none; /* `none`: as many zero bytes */
    int64_t count;
    int32_t near_with, near_without, least, shortened;
} expand_words;

#define STEP 1024 /* words that are scanned before the near ones are compared */
#define PROBES 8 /* that are looked for in one pass */

/* What is found for each probe: `room` places, and how many there would be. */
typedef struct {
    int64_t room;
    int64_t *totals;
    uint32_t *numbers;
    int32_t *likeness;
} expand_found;

/* One of the probes on its way through the vocabulary. */
typedef struct {
    const name_word *word;
    expand_probe wanted;
    expand_columns columns;
    int64_t number;
    name_waiting waiting;
} expand_one;

static void begin_one(const name_model *model, const expand_words *in, const name_word *word,
                      expand_one *one) {
    const uint64_t bones = mark(model, word, 1);
    one->word = word;
    one->wanted = (expand_probe){word->script ? bones : mark(model, word, 0), bones, head(word),
                                 in->near_with, in->near_without};
    one->columns = (expand_columns){word->script ? in->bones : in->marks, in->heads,
                                    word->script ? in->none : in->vowelled};
    one->waiting.count = 0;
}

/* Compares the words that wait, in their order. */
static void compare(const name_model *model, const expand_words *in, expand_one *one, int level,
                    expand_found *found) {
    int32_t likeness[LANES];
    int64_t *total = found->totals + one->number;
    name_waiting *waiting = &one->waiting;
    eurodac_name_lanes(model, one->word, waiting, level, in->least, likeness);
    for (int l = 0; l < waiting->count; l++) {
        const name_word *word = waiting->words[l];
        int32_t alike = likeness[l];
        if (alike < in->shortened && alike != NAME_UNLIKE &&
            (begins(word, one->word) || begins(one->word, word)))
            alike = in->shortened;
        if (alike < in->least) {
            if (!one_slip(word, one->word)) continue;
            alike = in->least;
        }
        if (*total < found->room) {
            found->numbers[one->number * found->room + *total] = waiting->numbers[l];
            found->likeness[one->number * found->room + *total] = alike;
        }
        ++*total;
    }
    waiting->count = 0;
}

/* One pass through the vocabulary for a few probes: the columns are read from memory once. */
static void pass(const name_model *model, const expand_words *in, expand_one *probes, int count,
                 int level, expand_found *found) {
    uint32_t near[STEP + 8];
    for (int64_t begin = 0; begin < in->count; begin += STEP) {
        const int64_t end = begin + STEP < in->count ? begin + STEP : in->count;
        for (int p = 0; p < count; p++) {
            expand_one *one = probes + p;
            const int64_t met = scan(&one->wanted, &one->columns, begin, end, level, near);
            for (int64_t i = 0; i < met; i++) {
                name_wait(&one->waiting, in->words + near[i], near[i]);
                if (one->waiting.count == LANES) compare(model, in, one, level, found);
            }
        }
    }
    for (int p = 0; p < count; p++)
        if (probes[p].waiting.count) compare(model, in, probes + p, level, found);
}

/* For each probe the words whose likeness to it is at least `least`, ascending; a word of which one
 * is the beginning of the other counts as `shortened` at least, one that is a slip away as `least`.
 * Returns 0; -1 if the machine lacks the level. */
int eurodac_name_expand(const name_model *model, const expand_words *in, const name_word *probes,
                        int64_t count, int level, expand_found *found) {
    expand_one together[PROBES];
    level = eurodac_cpu_level(level);
    if (level < 0) return -1;
    memset(found->totals, 0, (size_t)count * sizeof(*found->totals));
    for (int64_t first = 0; first < count; first += PROBES) {
        const int some = (int)(count - first < PROBES ? count - first : PROBES);
        for (int p = 0; p < some; p++) {
            begin_one(model, in, probes + first + p, together + p);
            together[p].number = first + p;
        }
        pass(model, in, together, some, level, found);
    }
    return 0;
}
