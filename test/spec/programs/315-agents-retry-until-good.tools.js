const answers = ['', 'maybe', '42'];
let attempts = 0;
let answer;
do {
  answer = echo(answers[attempts]);
  attempts++;
} while (!/^\d+$/.test(answer) && attempts < 5);
({ answer: parseInt(answer, 10), attempts });
