/** What a view has in place of the client's own members. */
export type Members = Record<PropertyKey, unknown>

/**
 * A view of a client: its own `members`, its commands called on `commander`, and all the rest that of the client, in both
 * directions. `commands` is the prototype that has all commands; `commandOn` finds one there, undefined for what is none.
 */
export function viewOf<C extends object>(
  client: C,
  members: Members,
  commander: C,
  commandOn: (property: PropertyKey) => unknown,
): C {
  /** Made once for each: a commander is faster than the proxy, which is asked for each member. */
  const bound = new Map<unknown, unknown>()
  const isOwn = (property: PropertyKey): boolean => Object.hasOwn(members, property)

  return new Proxy(client, {
    get(target, property, receiver) {
      if (isOwn(property)) return members[property]
      const command = commandOn(property)
      if (command === undefined) return Reflect.get(target, property, receiver) as unknown
      if (typeof command !== 'function') return command
      let method = bound.get(command)
      if (method === undefined) {
        method = command.bind(commander)
        bound.set(command, method)
      }
      return method
    },
    // Instrumentation and mocks replace members by either of these.
    getOwnPropertyDescriptor: (target, property) =>
      Reflect.getOwnPropertyDescriptor(isOwn(property) ? members : target, property),
    defineProperty: (target, property, descriptor) =>
      Reflect.defineProperty(isOwn(property) ? members : target, property, descriptor),
  })
}
