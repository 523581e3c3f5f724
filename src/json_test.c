/* Documents: building, looking, equality, and what is our own mistake. */
#include "json.h"

#include "fail.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct json *parse(const char *text)
{
	struct json *document = json_parse(text, strlen(text), NULL);

	if (!document)
		fail_msg("%s", fail_reason());
	return document;
}

static void assert_prints(const struct json *document, const char *expected)
{
	char *text = json_print(document);

	assert_string_equal(text, expected);
	free(text);
}

static void test_put(void **state)
{
	struct json *document = json_object();

	(void)state;
	json_put_string(document, "schema", "ipcmark-result/1");
	json_put_string(document, "label", NULL);
	json_put_boolean(document, "yes", true);
	json_put_boolean(document, "no", false);
	json_put_null(document, "reason");
	json_put_integer(document, "most", JSON_MAX_INTEGER);
	json_put_integer(document, "least", -JSON_MAX_INTEGER);
	json_put_number(document, "mean", 5020.25);
	json_put_object(document, "axes");
	json_put_array(document, "flags");
	assert_prints(document,
		"{\n"
		"  \"schema\": \"ipcmark-result/1\",\n"
		"  \"label\": null,\n"
		"  \"yes\": true,\n"
		"  \"no\": false,\n"
		"  \"reason\": null,\n"
		"  \"most\": 9007199254740991,\n"
		"  \"least\": -9007199254740991,\n"
		"  \"mean\": 5020.25,\n"
		"  \"axes\": {},\n"
		"  \"flags\": []\n"
		"}\n");
	json_free(document);
	json_free(NULL);
}

static void test_add(void **state)
{
	struct json *document = json_array(), *more = json_array();
	struct json *object = json_add_object(document);

	(void)state;
	json_put_integer(object, "block", -1);
	json_put(object, "more", more);
	json_add_integer(more, 1);
	json_add_number(more, 2.5);
	json_add_string(more, "w");
	json_add_string(more, NULL);
	json_add(json_add_array(document), json_array());
	json_add(document, json_object());
	assert_prints(document,
		"[\n"
		"  {\n"
		"    \"block\": -1,\n"
		"    \"more\": [1, 2.5, \"w\", null]\n"
		"  },\n"
		"  [[]],\n"
		"  {}\n"
		"]\n");
	json_free(document);
}

static void test_not_finite_is_null(void **state)
{
	struct json *document = json_array();

	(void)state;
	json_add_number(document, NAN);
	json_add_number(document, INFINITY);
	json_add_number(document, -INFINITY);
	json_add_number(document, 0.5);
	assert_prints(document, "[null, null, null, 0.5]\n");
	json_free(document);
}

static void test_strings_are_mended(void **state)
{
	struct json *document = json_array();

	(void)state;
	json_add_string(document, "a\xff\xc3(\xe2\x82");
	json_add_string(document, "\xc3\xa9");
	assert_string_equal(json_string(json_first(document), NULL),
		"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(json_string(json_next(json_first(document)), NULL), "\xc3\xa9");
	json_free(document);
}

static void test_look(void **state)
{
	struct json *document =
		parse("{\"a\":{\"b\":{\"c\":7},\"\":{\"z\":1}},\"A\":\"up\",\"rtt.p50\":1,"
		      "\"list\":[1,\"x\",true,false,null,1.5,9007199254740992]}");
	const struct json *list = json_get(document, "list"), *i = json_first(list);

	(void)state;
	assert_int_equal(json_type(document), JSON_OBJECT);
	assert_string_equal(json_string(json_get(document, "A"), ""), "up");
	assert_null(json_get(document, "LIST"));
	assert_null(json_get(list, "a"));
	assert_null(json_get(i, "a"));
	assert_null(json_get(NULL, "a"));
	assert_int_equal(json_integer(json_find(document, "a.b.c"), 0), 7);
	assert_int_equal(json_integer(json_find(document, "a..z"), 0), 1);
	assert_null(json_find(document, "a.b.d"));
	assert_null(json_find(document, "a.b.c.d"));
	assert_null(json_find(document, "a.b.cc"));
	assert_null(json_find(document, "rtt.p50"));
	assert_null(json_find(document, "list.0"));
	assert_null(json_find(NULL, "a"));
	assert_int_equal(json_count(document), 4);
	assert_int_equal(json_count(list), 7);
	assert_int_equal(json_count(i), 0);
	assert_int_equal(json_count(NULL), 0);
	assert_string_equal(json_key(json_first(document)), "a");
	assert_string_equal(json_key(json_next(json_first(document))), "A");
	assert_null(json_key(i));
	assert_null(json_key(NULL));
	assert_null(json_first(i));
	assert_null(json_first(NULL));
	assert_null(json_next(NULL));
	json_free(document);
}

static void test_types(void **state)
{
	static const char *const names[] = {
		"null", "a boolean", "a boolean", "a number", "a string", "an array", "an object"};
	struct json *document = parse("[null,true,false,0,\"\",[],{}]");
	size_t count = 0;

	(void)state;
	for (const struct json *i = json_first(document); i; i = json_next(i))
		assert_string_equal(json_type_name(json_type(i)), names[count++]);
	assert_int_equal(count, 7);
	assert_int_equal(json_type(NULL), JSON_NULL);
	json_free(document);
}

static void test_values(void **state)
{
	struct json *document =
		parse("[1,\"x\",true,false,null,1.5,9007199254740992,-9007199254740991,[],1e300]");
	const struct json *at[10];
	size_t count = 0;

	(void)state;
	for (const struct json *i = json_first(document); i; i = json_next(i))
		at[count++] = i;
	assert_int_equal(json_integer(at[0], -1), 1);
	assert_int_equal(json_integer(at[1], -1), -1);
	assert_int_equal(json_integer(at[2], -1), -1);
	assert_int_equal(json_integer(at[5], -1), -1);
	assert_int_equal(json_integer(at[6], -1), -1);
	assert_true(json_integer(at[7], -1) == -JSON_MAX_INTEGER);
	assert_int_equal(json_integer(at[9], -1), -1);
	assert_int_equal(json_integer(NULL, -1), -1);
	assert_true(json_number(at[5]) == 1.5);
	assert_true(isnan(json_number(at[1])));
	assert_true(isnan(json_number(at[2])));
	assert_true(isnan(json_number(NULL)));
	assert_string_equal(json_string(at[1], "no"), "x");
	assert_string_equal(json_string(at[0], "no"), "no");
	assert_null(json_string(NULL, NULL));
	assert_true(json_is_true(at[2]));
	assert_false(json_is_true(at[0]));
	assert_false(json_is_true(at[3]));
	assert_false(json_is_true(NULL));
	json_free(document);
}

static bool is_same(const char *a, const char *b)
{
	struct json *x = parse(a), *y = parse(b);
	bool same = json_same(x, y);

	assert_int_equal(same, json_same(y, x));
	json_free(x);
	json_free(y);
	return same;
}

static void test_same(void **state)
{
	struct json *null = parse("null");

	(void)state;
	assert_true(is_same("1", "1.0"));
	assert_true(is_same("0", "-0"));
	assert_false(is_same("1", "2"));
	assert_false(is_same("1", "true"));
	assert_false(is_same("0", "null"));
	assert_false(is_same("false", "true"));
	assert_true(is_same("null", "null"));
	assert_true(is_same("\"a\"", "\"\\u0061\""));
	assert_false(is_same("\"a\"", "\"A\""));
	assert_false(is_same("\"1\"", "1"));
	assert_true(is_same("[1,[2,{}]]", "[1,[2,{}]]"));
	assert_false(is_same("[1,2]", "[2,1]"));
	assert_false(is_same("[1]", "[1,1]"));
	assert_false(is_same("[]", "{}"));
	assert_true(
		is_same("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}", "{\"b\":{\"d\":3,\"c\":2},\"a\":1}"));
	assert_false(is_same("{\"a\":1}", "{\"A\":1}"));
	assert_false(is_same("{\"a\":1}", "{\"a\":1,\"b\":1}"));
	assert_false(is_same("{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}"));
	assert_false(is_same("{\"a\":null}", "{\"b\":null}"));
	assert_true(json_same(NULL, NULL));
	assert_false(json_same(NULL, null));
	assert_false(json_same(null, NULL));
	json_free(null);
}

static void put_twice(void)
{
	struct json *object = json_object();

	json_put_null(object, "a");
	json_put_null(object, "a");
}

static void put_too_large(void)
{
	json_put_integer(json_object(), "a", JSON_MAX_INTEGER + 1);
}

static void put_into_array(void)
{
	json_put_null(json_array(), "a");
}

static void add_to_object(void)
{
	json_add_integer(json_object(), 1);
}

/* Whether it ends the process that does it by SIGABRT. */
static void assert_aborts(void (*mistake)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		mistake();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void test_our_own_mistakes(void **state)
{
	(void)state;
#ifdef NDEBUG
	skip();
#endif
	assert_aborts(put_twice);
	assert_aborts(put_too_large);
	assert_aborts(put_into_array);
	assert_aborts(add_to_object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_not_finite_is_null),
		cmocka_unit_test(test_strings_are_mended),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_our_own_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
