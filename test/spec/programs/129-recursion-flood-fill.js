const image = ['..##', '.###', '#..#', '##.#'].map(row => [...row]);
const fill = (y, x, from, to) => {
  if (image[y]?.[x] !== from) return 0;
  image[y][x] = to;
  return 1 + fill(y + 1, x, from, to) + fill(y - 1, x, from, to) + fill(y, x + 1, from, to) + fill(y, x - 1, from, to);
};
const sizes = [fill(0, 0, '.', 'o'), fill(2, 1, '.', '*'), fill(0, 3, '#', '+')];
({ sizes, image: image.map(r => r.join('')) });
