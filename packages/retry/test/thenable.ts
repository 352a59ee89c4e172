/* oxlint-disable unicorn/no-thenable -- that is what this is for */

/** What can be awaited and yet is no promise. */
export class Thenable<T> implements PromiseLike<T> {
  private readonly value: T

  constructor(value: T) {
    this.value = value
  }

  // biome-ignore lint/suspicious/noThenProperty: that is what it is for
  get then(): PromiseLike<T>['then'] {
    return (...handlers) => Promise.resolve(this.value).then(...handlers)
  }
}
