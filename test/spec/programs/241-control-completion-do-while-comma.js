let x = 0;
do {
  x += 3, x * 10;
} while (x < 10);
