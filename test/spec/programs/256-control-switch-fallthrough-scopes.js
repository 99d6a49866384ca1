const grade = score => {
  switch (true) {
    case score >= 90: return 'A';
    case score >= 80: { const note = 'good'; return `B (${note})`; }
    case score >= 60:
    case score >= 50: return 'C';
    default: return 'F';
  }
};
const season = m => { let s; switch (m) { case 12: case 1: case 2: s = 'winter'; break; case 6: s = 'june'; default: s = (s ?? '') + '?'; } return s; };
[[88, 92, 79, 65, 95, 70, 88, 54].map(s => grade(s)), [1, 6, 12, 9].map(season)];
