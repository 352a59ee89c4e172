/**
 * An object that is another in all but `own`: it shares its state, its listeners and its class, and its methods run on the
 * view, so that they meet what is its own. What is written to it is the other's, unless it replaces what is its own, as
 * tests and instrumentation do.
 */
export function viewOf<T extends object, Own extends object>(target: T, own: Own): T & Own {
  const ownerOf = (member: string | symbol): object => (Object.hasOwn(own, member) ? own : target)
  return new Proxy(target, {
    get: (_, member, view) =>
      Object.hasOwn(own, member) ? Reflect.get(own, member) : Reflect.get(target, member, view),
    getOwnPropertyDescriptor: (_, member) => Reflect.getOwnPropertyDescriptor(ownerOf(member), member),
    defineProperty: (_, member, descriptor) => Reflect.defineProperty(ownerOf(member), member, descriptor),
    has: (_, member) => Object.hasOwn(own, member) || Reflect.has(target, member),
    set: (_, member, value, view) =>
      Object.hasOwn(own, member) ? Reflect.set(own, member, value) : Reflect.set(target, member, value, view),
  }) as T & Own
}
