/* Types that are hard to write down from offsets and sizes alone. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct gaps { u8 a; u64 b; u16 c; u32 d; u8 e; };
struct packed_all { u8 a; u64 b; u16 c; } __attribute__((packed));
struct packed_member { u8 a; u32 b __attribute__((packed)); u64 c; };
struct aligned_member { u8 a; u8 b __attribute__((aligned(64))); u8 c; };
struct aligned_all { u32 a; } __attribute__((aligned(32)));
struct holds_aligned { u8 a; struct aligned_all b; u8 c; };
struct compat { u64 a; u32 b; } __attribute__((packed, aligned(4)));
struct holds_compat { u32 a; struct compat b; u32 c; };
struct far { u8 a; u8 b __attribute__((aligned(4096))); };

struct bits { u32 a : 3; u32 b : 7; u32 : 0; u32 c : 30; u32 d : 4; u8 e : 1; };
struct bit_gaps { u32 a : 3; u32 : 9; u32 b : 5; u64 c : 40; u16 d : 2; };
struct bits_late { u64 : 33; u64 a : 3; u8 b; };
struct bits_packed { u8 a; u32 b : 31; u32 c : 17; u64 d : 60; u8 e; } __attribute__((packed));
struct bits_straddling { u8 a : 5; u32 b : 30 __attribute__((packed)); };
struct bool_bits { _Bool a : 1; _Bool b : 1; u32 c : 30; };
struct bits_only_unnamed { u8 a; u32 : 24; u32 b; };

enum small { SMALL_A, SMALL_B = 200 } __attribute__((packed));
enum negative { NEGATIVE = -5, POSITIVE = 5 };
enum huge { HUGE = 0x100000000ull, HUGER };
enum lowest { LOWEST = -0x7fffffffffffffffll - 1, NOTHING = 0 };
struct enums { enum small a; enum small b; enum negative c; enum huge d; enum lowest e; enum small f : 3; };

union either { u8 a; u64 b; u8 c[12]; };
union wide { u32 a; } __attribute__((aligned(16)));
struct nested {
	u8 tag;
	union {
		struct { u16 x; u16 y; };
		u32 both;
		struct { u8 lo; union { u64 deep; u8 raw[3]; }; } __attribute__((packed)) odd;
	};
	enum { INLINE_A = 11, INLINE_B } mode;
	struct { int unnamed; } list[3];
};
struct flexible { u32 length; u16 items[]; };
struct zero { };
struct holds_zero { u8 a; struct zero b; u64 c[0]; u8 d; };
struct wide_ints { u8 a; __int128 b; unsigned __int128 c; };
struct floats { float a; double b; };

struct self { struct self *next; struct later *later; int (*visit)(struct self *, const struct later *, ...); };
struct later { struct self by_value; volatile const u32 *const restrict_me; };
typedef struct node node_t;
struct node { node_t *left, *right; u32 value; };
typedef int (*callback)(struct never *, node_t, void (*done)(int, char *));
typedef u32 matrix[2][3];
struct declarators {
	int (*array_pointer)[4];
	int *pointer_array[4];
	int (*function_array[2])(void);
	int (*(*returns_function)(u32))(u64);
	const char *const *strings;
	matrix values;
	const matrix constant;
	callback call;
	char (*(*deep)[2])[3];
	void *(*alloc)(struct only_here *);
};
typedef struct { u32 a; } unnamed_t;
typedef enum { UNNAMED_ENUM = 77 } unnamed_enum_t;
struct uses { unnamed_t a; unnamed_enum_t b; };
struct tagged { int __attribute__((btf_type_tag("user"))) *pointer; };

#define USE(T, n) T use_##n;
USE(struct gaps, 1) USE(struct packed_all, 2) USE(struct packed_member, 3) USE(struct aligned_member, 4)
USE(struct aligned_all, 5) USE(struct holds_aligned, 6) USE(struct holds_compat, 7) USE(struct far, 8)
USE(struct bits, 9) USE(struct bit_gaps, 10) USE(struct bits_late, 11) USE(struct bits_packed, 12)
USE(struct bits_straddling, 13) USE(struct bool_bits, 14) USE(struct enums, 15) USE(union either, 16)
USE(union wide, 17) USE(struct nested, 18) USE(struct flexible, 19) USE(struct holds_zero, 20)
USE(struct wide_ints, 21) USE(struct later, 22) USE(struct node, 23) USE(struct declarators, 24)
USE(struct uses, 25) USE(struct tagged, 26) USE(struct bits_only_unnamed, 27) USE(struct floats, 28)
