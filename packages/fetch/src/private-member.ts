/** A constructor that makes nothing: `this` of a class that extends it is the object that it is given. */
function given(object: object): object {
  return object
}
const Given = given as unknown as new (object: object) => object

/** A private member that is put on an object of somebody else's. */
export interface PrivateMember<T> {
  readonly of: (object: object) => T | undefined
  readonly set: (object: object, value: T) => void
}

/**
 * A member that nobody else can see, as a `WeakMap` would hold it. It costs a fifth: the collector has to look at every
 * entry of such a map, and each response would have one.
 */
export function privateMember<T>(): PrivateMember<T> {
  class Holder extends Given {
    #value: T

    constructor(object: object, value: T) {
      super(object)
      this.#value = value
    }

    static of(object: object): T | undefined {
      return #value in object ? object.#value : undefined
    }

    static set(object: object, value: T): void {
      const holder = #value in object ? object : new Holder(object, value)
      holder.#value = value
    }
  }
  return Holder
}
