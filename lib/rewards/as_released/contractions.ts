/**
 * Spellings of contractions with apostrophes left out, as the released normalisation knows them.
 *
 * @module
 */

/** Contractions of which every apostrophe is left out. */
const BARE = `
ain't aren't can't could've couldn't didn't doesn't don't hadn't hasn't haven't he'd he's how'd
how'll how's isn't it'd it'll ma'am mightn't might've mustn't must've needn't not've o'clock
oughtn't shan't should've shouldn't somebody'll somebody's someone'd someone'll someone's
something'd something'll that's there'd there're there's they'd they'll they're they've 'twas wasn't
we've weren't what'll what're what's what've when's where'd where's where've who'd who'll who's
who've why'll why're why's won't would've wouldn't y'all you'd you'll you're you've
`;

/** Contractions with two apostrophes, of which one is left out at a time. */
const DOUBLE = `
couldn't've hadn't've he'd've it'd've mightn't've she'd've shouldn't've somebody'd've someone'd've
something'd've there'd've they'd've we'd've who'd've wouldn't've y'all'll you'd've
`;

function listWords(text: string): string[] {
  return text.trim().split(/\s+/);
}

function withoutOneApostrophe(word: string): string[] {
  return Array.from(word.matchAll(/'/g), (m) => word.slice(0, m.index) + word.slice(m.index + 1));
}

/**
 * Contraction by its defective spelling. Words are lower-cased before they are looked up, so the
 * reference's capitalised keys (such as "Im") can never match and are left out. "somebody'd" stands
 * the wrong way round in the reference.
 */
export const CONTRACTIONS: ReadonlyMap<string, string> = new Map([
  ...listWords(BARE).map((word) => [word.replaceAll("'", ""), word] as const),
  ...[...listWords(DOUBLE), "'ow's'at", "y'all'd've"].flatMap((word) =>
    withoutOneApostrophe(word).map((key) => [key, word] as const)
  ),
  ["somebody'd", "somebodyd"],
]);
