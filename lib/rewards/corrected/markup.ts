/**
 * Undoes the markup that models wrap answers in.
 *
 * @module
 */

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

/** Full-width forms to ASCII; NFKC would also flatten superscripts, which carry meaning in numbers. */
function narrowWidth(text: string): string {
  return text.replace(
    /[\uff01-\uff5e]/g,
    (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0),
  );
}

/** Powers of ten written with superscripts, to `10^n`. */
function lowerPowersOfTen(text: string): string {
  return text.replace(
    /10([\u207a\u207b]?)([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)/g,
    (_, sign: string, digits: string) =>
      `10^${sign === "\u207b" ? "-" : ""}${
        Array.from(digits, (digit) => SUPERSCRIPTS.indexOf(digit)).join("")
      }`,
  );
}

/** East Asian brackets and stops to ASCII. */
function plainPunctuation(text: string): string {
  return text.replace(/[\u3001\u3002\u3010\u3011]/g, (char) => {
    switch (char) {
      case "\u3001":
        return ",";
      case "\u3002":
        return ".";
      case "\u3010":
        return "[";
      default:
        return "]";
    }
  });
}

const ASCII_ONLY = /^[\x20-\x7e]*$/;

/** What only texts beyond printable ASCII need. */
function toPlainCharacters(text: string): string {
  return plainPunctuation(lowerPowersOfTen(narrowWidth(text)))
    .replace(
      /[\p{Cc}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu,
      (char) => /\s/.test(char) ? char : "",
    )
    .replace(/[\u2010-\u2015\u2212]/g, "-");
}

/**
 * Plain text of an answer: no LaTeX wrappers, no Markdown emphasis, HTML emphasis or chat-template
 * tokens, no characters that cannot be seen, no full-width ones; every kind of minus is "-", every
 * multiplication sign "x", and a simple fraction "a/b". Every pattern is linear in the text's length.
 */
export function stripMarkup(text: string): string {
  return (ASCII_ONLY.test(text) ? text : toPlainCharacters(text))
    .replace(/<\|\w{1,40}\|>|<\/?(?:br|p|div|li)\s?\/?>/gi, " ")
    .replace(/<\/?(?:b|i|u|em|strong|code|span|mark)>/gi, "")
    .replace(/\\(?:approx|sim)(?![A-Za-z])|[\u2248\u223c]/g, "~")
    .replace(/\\(?:times|cdot)(?![A-Za-z])|[\u00d7\u22c5\u00b7]/g, " x ")
    .replace(/\\[dt]?frac ?\{([^{}]*)\} ?\{([^{}]*)\}/g, " $1/$2 ")
    .replace(
      /\\(?:boxed|fbox|text(?:bf|it|rm|normal)?|math(?:rm|bf|it|sf|bb)|bm|boldsymbol|underline|emph)(?![A-Za-z])/g,
      "",
    )
    .replace(/\\[,;:! ]/g, "\u2009")
    .replace(/\\%/g, "%")
    .replace(/\\[()[\]]|[${}`]|\*\*|__/g, "")
    .replace(/ {2,}/g, " ")
    .trim();
}
