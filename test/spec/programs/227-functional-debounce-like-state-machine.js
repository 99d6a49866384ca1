const machine = {
  initial: 'idle',
  states: { idle: { START: 'running' }, running: { PAUSE: 'paused', STOP: 'idle' }, paused: { START: 'running', STOP: 'idle' } },
};
const createActor = ({ initial, states }) => {
  let state = initial;
  const visited = [state];
  return { send(event) { state = states[state][event] ?? state; visited.push(state); return this; }, get visited() { return visited; } };
};
createActor(machine).send('START').send('PAUSE').send('BOGUS').send('START').send('STOP').visited;
