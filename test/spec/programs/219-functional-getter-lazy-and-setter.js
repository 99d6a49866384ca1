const settings = {
  _loads: 0,
  get expensive() {
    this._loads++;
    const value = [1, 2, 3].reduce((a, b) => a + b);
    Object.defineProperty(this, 'expensive', { value, enumerable: true });
    return value;
  },
  set volume(v) { this._volume = Math.min(100, Math.max(0, v)); },
  get volume() { return this._volume; },
};
settings.volume = 150;
const twice = settings.expensive + settings.expensive;
({ twice, loads: settings._loads, volume: settings.volume, keys: Object.keys(settings) });
