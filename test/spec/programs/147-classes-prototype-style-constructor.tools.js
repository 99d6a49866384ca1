function Animal(name) {
  if (!(this instanceof Animal)) return new Animal(name)
  this.name = name
}
Animal.prototype.speak = function () { return this.name + ' makes ' + echo(this.sound()) }
Animal.prototype.sound = function () { return 'noise' }
function Dog(name) { Animal.call(this, name) }
Dog.prototype = Object.create(Animal.prototype, { constructor: { value: Dog, writable: true } })
Dog.prototype.sound = function () { return echo('woof') }
var rex = new Dog('Rex')
var own = []
for (var key in rex) if (rex.hasOwnProperty(key)) own.push(key)
;[rex.speak(), Animal('Cat').speak(), own, rex.constructor.name, Animal.prototype.isPrototypeOf(rex)]
