/* script/embed.c - makes a file part of the program, at build time: embed INPUT OUTPUT SYMBOL writes a text as a C string;
 * embed --bytes INPUT OUTPUT SYMBOL writes assembler source that takes the bytes of any file in, with SYMBOL and SYMBOL_end around them. */
#include <stdio.h>
#include <string.h>

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

/* The assembler reads INPUT itself; on Windows (PE) the section of constants has another name. */
static int put_bytes(const char *input, const char *output, const char *symbol)
{
	FILE *out = fopen(output, "wb");
	if (out == NULL) {
		perror(output);
		return 1;
	}
	fprintf(out,
		"/* Made by script/embed.c; do not edit. */\n"
		"#ifdef __ELF__\n\t.section .rodata\n#else\n\t.section .rdata,\"dr\"\n#endif\n"
		"\t.globl %s\n\t.globl %s_end\n\t.balign 16\n%s:\n\t.incbin \"%s\"\n%s_end:\n\t.byte 0\n"
		"#ifdef __ELF__\n\t.section .note.GNU-stack,\"\",%%progbits\n#endif\n",
		symbol, symbol, symbol, input, symbol);
	if (fclose(out) != 0) {
		perror(output);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "--bytes") == 0) {
		return put_bytes(argv[2], argv[3], argv[4]);
	}
	if (argc != 4) {
		fprintf(stderr, "usage: embed [--bytes] INPUT OUTPUT SYMBOL\n");
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
