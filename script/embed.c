/* script/embed.c - writes a text file as a C string, at build time: embed INPUT OUTPUT SYMBOL. */
#include <stdio.h>

static void put_byte(FILE *out, int c)
{
	if (c == '\n') {
		fputs("\\n\"\n\t\"", out);
	} else if (c == '"' || c == '\\') {
		fprintf(out, "\\%c", c);
	} else if (c >= ' ' && c < 0x7F && c != '?') {
		fputc(c, out);
	} else {
		/* Always three octal digits, so that a digit that follows is not taken in; '?' could begin a trigraph. */
		fprintf(out, "\\%03o", (unsigned)c);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: embed INPUT OUTPUT SYMBOL\n");
		return 2;
	}
	FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
	if (in == NULL || out == NULL) {
		perror(in == NULL ? argv[1] : argv[2]);
		return 1;
	}
	fprintf(out,
		"/* Made by script/embed.c; do not edit. */\nextern const char %s[];\nconst char %s[] "
		"=\n\t\"",
		argv[3], argv[3]);
	for (int c; (c = fgetc(in)) != EOF;) {
		put_byte(out, c);
	}
	fputs("\";\n", out);
	if (ferror(in) || fclose(out) != 0) {
		perror("embed");
		return 1;
	}
	(void)fclose(in);
	return 0;
}
