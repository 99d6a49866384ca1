const words = [...new Intl.Segmenter('en', { granularity: 'word' }).segment('Hello there, wörld! It is 5.')].filter(s => s.isWordLike).map(s => s.segment);
const graphemes = Array.from(new Intl.Segmenter('en', { granularity: 'grapheme' }).segment('👨‍👩‍👧e\u0301x'), s => s.segment.length);
({ words, count: words.length, graphemes });
