const total = 120;
if (total > 100) {
  const discount = total * 0.1;
  ({ total, discount });
} else {
  'no discount';
}
