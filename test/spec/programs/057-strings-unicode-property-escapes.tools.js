const text = echo('Hello Мир κόσμε 世界 123 ٣٤ 😀!');
({
  letters: text.match(/\p{L}+/gu),
  cyrillic: text.match(/\p{Script=Cyrillic}+/u)?.[0],
  digits: text.match(/\p{Nd}+/gu),
  emoji: text.match(/\p{Emoji_Presentation}/gu),
  upper: text.match(/\p{Lu}/gu).map(c => echo(c).toLowerCase()),
});
