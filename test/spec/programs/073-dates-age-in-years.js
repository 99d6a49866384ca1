const ageOn = (birth, on) => {
  const b = new Date(birth), d = new Date(on);
  let age = d.getUTCFullYear() - b.getUTCFullYear();
  const beforeBirthday = d.getUTCMonth() < b.getUTCMonth() || (d.getUTCMonth() === b.getUTCMonth() && d.getUTCDate() < b.getUTCDate());
  return beforeBirthday ? age - 1 : age;
};
[ageOn('1990-06-15', '2024-06-14'), ageOn('1990-06-15', '2024-06-15'), ageOn('2000-02-29', '2023-02-28')];
