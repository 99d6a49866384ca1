const toRad = deg => deg * Math.PI / 180;
function distance(a, b) {
  const dLat = toRad(b.lat - a.lat), dLon = toRad(b.lon - a.lon);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(toRad(a.lat)) * Math.cos(toRad(b.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(h));
}
const paris = echo({ lat: 48.8566, lon: 2.3522 }), london = { lat: 51.5074, lon: -0.1278 };
return { km: Math.round(distance(paris, london) * 10) / 10, zero: distance(london, echo(london)) };
