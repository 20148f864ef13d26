/* kb/recognise-words.c - words that stand before codes in the languages of Windows and of its remote desktop
 * clients. Where a language is missing, position and shape of the numbers still tell most (recognise.c). */
#include "kb/recognise-int.h"

#include <string.h>

enum how {
	INSIDE, /* the word may stand anywhere in the label */
	AT_END, /* it must stand right before the number */
	ALONE,  /* and not be the end of a longer word */
};

/* Folded and without blanks, as labels are: "Code d'erreur étendu" is "coded'erreuretendu". The first row
 * that fits counts, so the words for "extended" come first and the weak ones last. */
static const struct {
	const char *word;
	enum ts_label label;
	enum how how;
} words[] = {
	{ "extended", TS_LABEL_EXTENDED, INSIDE },  /* English */
	{ "erweitert", TS_LABEL_EXTENDED, INSIDE }, /* German */
	{ "etendu", TS_LABEL_EXTENDED, INSIDE },    /* French */
	{ "extendid", TS_LABEL_EXTENDED, INSIDE },  /* Spanish */
	{ "ampliad", TS_LABEL_EXTENDED, INSIDE },
	{ "estes", TS_LABEL_EXTENDED, INSIDE },    /* Italian */
	{ "estendid", TS_LABEL_EXTENDED, INSIDE }, /* Portuguese */
	{ "expandid", TS_LABEL_EXTENDED, INSIDE },
	{ "alargad", TS_LABEL_EXTENDED, INSIDE },
	{ "uitgebreid", TS_LABEL_EXTENDED, INSIDE },    /* Dutch */
	{ "rozszerzon", TS_LABEL_EXTENDED, INSIDE },    /* Polish */
	{ "rozsiren", TS_LABEL_EXTENDED, INSIDE },      /* Czech, Slovak */
	{ "utokad", TS_LABEL_EXTENDED, INSIDE },        /* Swedish */
	{ "udvidet", TS_LABEL_EXTENDED, INSIDE },       /* Danish */
	{ "utvidet", TS_LABEL_EXTENDED, INSIDE },       /* Norwegian */
	{ "laajennet", TS_LABEL_EXTENDED, INSIDE },     /* Finnish */
	{ "kiterjesztett", TS_LABEL_EXTENDED, INSIDE }, /* Hungarian */
	{ "bovitett", TS_LABEL_EXTENDED, INSIDE },
	{ "genisletilmis", TS_LABEL_EXTENDED, INSIDE }, /* Turkish */
	{ "extins", TS_LABEL_EXTENDED, INSIDE },        /* Romanian */
	{ "prosiren", TS_LABEL_EXTENDED, INSIDE },      /* Croatian */
	{ "razsirjen", TS_LABEL_EXTENDED, INSIDE },     /* Slovenian */
	{ "расширен", TS_LABEL_EXTENDED, INSIDE },      /* Russian */
	{ "розширен", TS_LABEL_EXTENDED, INSIDE },      /* Ukrainian */
	{ "разширен", TS_LABEL_EXTENDED, INSIDE },      /* Bulgarian */
	{ "εκτεταμεν", TS_LABEL_EXTENDED, INSIDE },     /* Greek */
	{ "מורחב", TS_LABEL_EXTENDED, INSIDE },         /* Hebrew */
	{ "موسع", TS_LABEL_EXTENDED, INSIDE },          /* Arabic */
	{ "الموسع", TS_LABEL_EXTENDED, INSIDE },
	{ "拡張", TS_LABEL_EXTENDED, INSIDE }, /* Japanese */
	{ "扩展", TS_LABEL_EXTENDED, INSIDE }, /* Chinese, simplified */
	{ "擴充", TS_LABEL_EXTENDED, INSIDE }, /* Chinese, traditional */
	{ "擴展", TS_LABEL_EXTENDED, INSIDE },
	{ "延伸", TS_LABEL_EXTENDED, INSIDE },
	{ "확장", TS_LABEL_EXTENDED, INSIDE }, /* Korean */
	{ "ext", TS_LABEL_EXTENDED, ALONE },
	{ "extcode", TS_LABEL_EXTENDED, ALONE },
	{ "ext.code", TS_LABEL_EXTENDED, ALONE },
	{ "exterrcode", TS_LABEL_EXTENDED, ALONE },
	{ "exterrorcode", TS_LABEL_EXTENDED, ALONE },
	{ "ext.errorcode", TS_LABEL_EXTENDED, ALONE },
	{ "ext.fehlercode", TS_LABEL_EXTENDED, ALONE },
	{ "erw.fehlercode", TS_LABEL_EXTENDED, ALONE },
	{ "opcode", TS_LABEL_NUMBER, AT_END }, /* fields of events */
	{ "keywords", TS_LABEL_NUMBER, AT_END },
	{ "eventid", TS_LABEL_NUMBER, AT_END },
	{ "recordid", TS_LABEL_NUMBER, AT_END },
	{ "processid", TS_LABEL_NUMBER, AT_END },
	{ "threadid", TS_LABEL_NUMBER, AT_END },
	{ "logonid", TS_LABEL_NUMBER, AT_END },
	{ "sessionid", TS_LABEL_NUMBER, AT_END },
	{ "logontype", TS_LABEL_NUMBER, AT_END },
	{ "ticketoptions", TS_LABEL_NUMBER, AT_END }, /* of Kerberos */
	{ "encryptiontype", TS_LABEL_NUMBER, AT_END },
	{ "alertcode", TS_LABEL_NUMBER, AT_END }, /* of TLS */
	{ "warnungscode", TS_LABEL_NUMBER, AT_END },
	{ "coded'alerte", TS_LABEL_NUMBER, AT_END },
	{ "coded'alertefatale", TS_LABEL_NUMBER, AT_END },
	{ "codigodealerta", TS_LABEL_NUMBER, AT_END },
	{ "wsagetlasterror", TS_LABEL_WIN32, AT_END }, /* numbers of Windows itself */
	{ "getlasterror", TS_LABEL_WIN32, AT_END },
	{ "wsagetlasterror()", TS_LABEL_WIN32, AT_END },
	{ "getlasterror()", TS_LABEL_WIN32, AT_END },
	{ "lasterror", TS_LABEL_WIN32, AT_END },
	{ "winsockerror", TS_LABEL_WIN32, AT_END },
	{ "winsock", TS_LABEL_WIN32, AT_END },
	{ "wsaerror", TS_LABEL_WIN32, AT_END },
	{ "socketerror", TS_LABEL_WIN32, AT_END },
	{ "socketexception", TS_LABEL_WIN32, AT_END },
	{ "win32exception", TS_LABEL_WIN32, AT_END },
	{ "win32error", TS_LABEL_WIN32, AT_END },
	{ "winhttperror", TS_LABEL_WIN32, AT_END },
	{ "wininet", TS_LABEL_WIN32, AT_END },
	{ "systemerror", TS_LABEL_WIN32, AT_END },
	{ "systemfehler", TS_LABEL_WIN32, AT_END },
	{ "erreursysteme", TS_LABEL_WIN32, AT_END },
	{ "errordesistema", TS_LABEL_WIN32, AT_END },
	{ "erroredisistema", TS_LABEL_WIN32, AT_END },
	{ "exitcode", TS_LABEL_EXIT, AT_END },
	{ "exitstatus", TS_LABEL_EXIT, AT_END },
	{ "exitedwith", TS_LABEL_EXIT, AT_END },
	{ "exitedwithcode", TS_LABEL_EXIT, AT_END },
	{ "returncode", TS_LABEL_EXIT, AT_END },
	{ "ruckgabewert", TS_LABEL_EXIT, AT_END },
	{ "reasoncode", TS_LABEL_REASON, AT_END },
	{ "disconnectcode", TS_LABEL_REASON, AT_END },
	{ "reason", TS_LABEL_REASON, AT_END },
	{ "disconnect", TS_LABEL_REASON, AT_END },
	{ "disconnected", TS_LABEL_REASON, AT_END },
	{ "trennungsgrund", TS_LABEL_REASON, AT_END },
	{ "ursache", TS_LABEL_REASON, AT_END },
	{ "ursachencode", TS_LABEL_REASON, AT_END },
	{ "grund", TS_LABEL_REASON, AT_END },
	{ "getrennt", TS_LABEL_REASON, AT_END },
	{ "raison", TS_LABEL_REASON, AT_END }, /* French */
	{ "cause", TS_LABEL_REASON, AT_END },
	{ "deconnexion", TS_LABEL_REASON, AT_END },
	{ "deconnecte", TS_LABEL_REASON, AT_END },
	{ "motivo", TS_LABEL_REASON, AT_END }, /* Spanish, Italian, Portuguese */
	{ "causa", TS_LABEL_REASON, AT_END },
	{ "desconexion", TS_LABEL_REASON, AT_END },
	{ "disconnessione", TS_LABEL_REASON, AT_END },
	{ "desconexao", TS_LABEL_REASON, AT_END },
	{ "reden", TS_LABEL_REASON, AT_END }, /* Dutch */
	{ "oorzaak", TS_LABEL_REASON, AT_END },
	{ "verbroken", TS_LABEL_REASON, AT_END },
	{ "przyczyna", TS_LABEL_REASON, AT_END }, /* Polish */
	{ "powod", TS_LABEL_REASON, AT_END },
	{ "rozlaczenia", TS_LABEL_REASON, AT_END },
	{ "duvod", TS_LABEL_REASON, AT_END },   /* Czech */
	{ "pricina", TS_LABEL_REASON, AT_END }, /* Czech, Slovak */
	{ "dovod", TS_LABEL_REASON, AT_END },   /* Slovak */
	{ "orsak", TS_LABEL_REASON, AT_END },   /* Swedish */
	{ "arsag", TS_LABEL_REASON, AT_END },   /* Danish */
	{ "arsak", TS_LABEL_REASON, AT_END },   /* Norwegian */
	{ "syy", TS_LABEL_REASON, AT_END },     /* Finnish */
	{ "indok", TS_LABEL_REASON, AT_END },   /* Hungarian */
	{ "neden", TS_LABEL_REASON, AT_END },   /* Turkish */
	{ "nedeni", TS_LABEL_REASON, AT_END },
	{ "motiv", TS_LABEL_REASON, AT_END },   /* Romanian */
	{ "razlog", TS_LABEL_REASON, AT_END },  /* Croatian, Slovenian */
	{ "причина", TS_LABEL_REASON, AT_END }, /* Russian, Ukrainian, Bulgarian */
	{ "отключения", TS_LABEL_REASON, AT_END },
	{ "αιτια", TS_LABEL_REASON, AT_END },
	{ "原因", TS_LABEL_REASON, AT_END },
	{ "原因代码", TS_LABEL_REASON, AT_END },
	{ "断开连接", TS_LABEL_REASON, AT_END },
	{ "理由", TS_LABEL_REASON, AT_END },
	{ "切断", TS_LABEL_REASON, AT_END },
	{ "이유", TS_LABEL_REASON, AT_END },
	{ "code", TS_LABEL_CODE, AT_END }, /* also Fehlercode, foutcode */
	{ "coded'erreur", TS_LABEL_CODE, AT_END },
	{ "codigodeerror", TS_LABEL_CODE, AT_END },
	{ "codigodeerro", TS_LABEL_CODE, AT_END },
	{ "codigo", TS_LABEL_CODE, AT_END },
	{ "codiceerrore", TS_LABEL_CODE, AT_END },
	{ "codicedierrore", TS_LABEL_CODE, AT_END },
	{ "codice", TS_LABEL_CODE, AT_END },
	{ "kod", TS_LABEL_CODE, AT_END }, /* also felkod, hibakod */
	{ "kodbledu", TS_LABEL_CODE, AT_END },
	{ "kodchyby", TS_LABEL_CODE, AT_END },
	{ "kode", TS_LABEL_CODE, AT_END },
	{ "kodu", TS_LABEL_CODE, AT_END },
	{ "koodi", TS_LABEL_CODE, AT_END },
	{ "coddeeroare", TS_LABEL_CODE, AT_END },
	{ "кодошибки", TS_LABEL_CODE, AT_END },
	{ "кодпомилки", TS_LABEL_CODE, AT_END },
	{ "кодгрешка", TS_LABEL_CODE, AT_END },
	{ "код", TS_LABEL_CODE, AT_END },
	{ "κωδικοσσφαλματοσ", TS_LABEL_CODE, AT_END },
	{ "コード", TS_LABEL_CODE, AT_END },
	{ "代码", TS_LABEL_CODE, AT_END },
	{ "代碼", TS_LABEL_CODE, AT_END },
	{ "错误码", TS_LABEL_CODE, AT_END },
	{ "錯誤碼", TS_LABEL_CODE, AT_END },
	{ "코드", TS_LABEL_CODE, AT_END },
	{ "hresult", TS_LABEL_CODE, AT_END },
	{ "ntstatus", TS_LABEL_CODE, AT_END },
	{ "substatus", TS_LABEL_DETAIL, AT_END },
	{ "unterstatus", TS_LABEL_DETAIL, AT_END },
	{ "sous-statut", TS_LABEL_DETAIL, AT_END },
	{ "sous-etat", TS_LABEL_DETAIL, AT_END },
	{ "subestado", TS_LABEL_DETAIL, AT_END },
	{ "statosecondario", TS_LABEL_DETAIL, AT_END },
	{ "sottostato", TS_LABEL_DETAIL, AT_END },
	{ "podstan", TS_LABEL_DETAIL, AT_END },
	{ "stanpodrzedny", TS_LABEL_DETAIL, AT_END },
	{ "подсостояние", TS_LABEL_DETAIL, AT_END },
	{ "サブステータス", TS_LABEL_DETAIL, AT_END },
	{ "子状态", TS_LABEL_DETAIL, AT_END },
	{ "status", TS_LABEL_WEAK, AT_END },
	{ "value", TS_LABEL_WEAK, AT_END },
	{ "wert", TS_LABEL_WEAK, AT_END },
	{ "valeur", TS_LABEL_WEAK, AT_END },
	{ "valor", TS_LABEL_WEAK, AT_END },
	{ "error", TS_LABEL_WEAK, AT_END },
	{ "fehler", TS_LABEL_WEAK, AT_END },
	{ "erreur", TS_LABEL_WEAK, AT_END },
	{ "errore", TS_LABEL_WEAK, AT_END },
	{ "erro", TS_LABEL_WEAK, AT_END },
	{ "fout", TS_LABEL_WEAK, AT_END },
	{ "blad", TS_LABEL_WEAK, AT_END },
	{ "chyba", TS_LABEL_WEAK, AT_END },
	{ "ошибка", TS_LABEL_WEAK, AT_END },
	{ "エラー", TS_LABEL_WEAK, AT_END },
	{ "错误", TS_LABEL_WEAK, AT_END },
	{ "錯誤", TS_LABEL_WEAK, AT_END },
	{ "오류", TS_LABEL_WEAK, AT_END },
};

/* Numbers of another protocol that have the same name as ours; the whole text tells. */
static const struct {
	const char *word, *context;
} foreign[] = {
	{ "failurecode", "kerberos" },
	{ "failurecode", "ticketoptions" },
	{ "resultcode", "kerberos" },
	{ "resultcode", "ticketoptions" },
};

/* Small words and signs between the word and the number. */
static const char *const fillers[] = { "is", "was", "were", "ist", "war", "lautet", "est", "es", "era",
	"number", "no.", "nr", "of" };
static const char signs[] = ":=#([<>'\"-,.;*_|/";

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Length of the text without the signs, and one filler, at its end. A fullwidth colon and other CJK signs
 * were folded to ASCII. */
static size_t without_tail(const char *text, size_t n)
{
	while (n > 0 && strchr(signs, text[n - 1]) != NULL) {
		n--;
	}
	return n;
}

static bool ends_with(const char *text, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && memcmp(text + n - len, word, len) == 0;
}

static enum ts_label at_end(const char *text, size_t n)
{
	for (size_t i = 0; i < TS_COUNT(words); i++) {
		size_t len = strlen(words[i].word);
		if (ends_with(text, n, words[i].word) &&
			(words[i].how != ALONE || n == len || !is_letter(text[n - len - 1]))) {
			return words[i].label;
		}
	}
	return TS_LABEL_NONE;
}

bool ts_label_foreign(const char *text, const char *all)
{
	size_t n = without_tail(text, strlen(text));

	for (size_t i = 0; i < TS_COUNT(foreign); i++) {
		if (ends_with(text, n, foreign[i].word) && strstr(all, foreign[i].context) != NULL) {
			return true;
		}
	}
	return false;
}

enum ts_label ts_label_of(const char *text, bool *close)
{
	size_t n = without_tail(text, strlen(text));
	enum ts_label label = at_end(text, n);

	for (size_t i = 0; i < TS_COUNT(fillers) && label == TS_LABEL_NONE; i++) {
		if (ends_with(text, n, fillers[i])) {
			label = at_end(text, without_tail(text, n - strlen(fillers[i])));
		}
	}
	*close = label != TS_LABEL_NONE;
	for (size_t i = 0; i < TS_COUNT(words) && words[i].label == TS_LABEL_EXTENDED; i++) {
		if (words[i].how == INSIDE && strstr(text, words[i].word) != NULL) {
			return TS_LABEL_EXTENDED;
		}
	}
	return label;
}

bool ts_label_follows(const char *text)
{
	text += strspn(text, signs);
	for (size_t i = 0; i < TS_COUNT(words) && words[i].label == TS_LABEL_EXTENDED; i++) {
		size_t len = strlen(words[i].word);
		if (strncmp(text, words[i].word, len) == 0 &&
			(words[i].how == INSIDE || !is_letter(text[len]))) {
			return true;
		}
	}
	return false;
}
