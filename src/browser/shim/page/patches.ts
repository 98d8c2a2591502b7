/** Replaces properties of the page's own objects with ones that look native, and puts the originals back. */

type Call = (self: unknown, args: unknown[]) => unknown;

export class Patches {
  readonly #originals: [target: object, key: PropertyKey, original: PropertyDescriptor | undefined][] = [];

  /** Defines a property, as Object.defineProperty does. */
  define(target: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
    this.#originals.push([target, key, Object.getOwnPropertyDescriptor(target, key)]);
    Object.defineProperty(target, key, { configurable: true, ...descriptor });
  }

  /** Defines a method. `original` is the native method, undefined where the engine has none. */
  method(target: object, name: string, length: number, call: (original: Call | undefined) => Call): void {
    const native = Object.getOwnPropertyDescriptor(target, name)?.value;
    const value = looksNative(native ?? emptyMethod(name, length), call(callOf(native)));
    this.define(target, name, { value, enumerable: true, writable: true });
  }

  /** Defines a read-only attribute. `original` is the native getter, undefined where the engine has none. */
  attribute(target: object, name: string, call: (original: Call | undefined) => Call): void {
    const native = Object.getOwnPropertyDescriptor(target, name)?.get;
    const get = looksNative(native ?? emptyGetter(name), call(callOf(native)));
    this.define(target, name, { get, set: undefined, enumerable: true });
  }

  /** Defines a global interface without a constructor, unless the engine has it. Returns the interface. */
  interface(name: string, parent?: InterfaceObject): InterfaceObject {
    const existing = (globalThis as unknown as Record<string, InterfaceObject | undefined>)[name];
    if (existing) return existing;
    const refuse = () => {
      throw new TypeError('Illegal constructor');
    };
    const created = new Proxy(emptyClass(name), { apply: refuse, construct: refuse }) as unknown as InterfaceObject;
    if (parent) {
      Object.setPrototypeOf(created, parent);
      Object.setPrototypeOf(created.prototype, parent.prototype);
    }
    Object.defineProperty(created.prototype, 'constructor', { value: created, writable: true, configurable: true });
    Object.defineProperty(created.prototype, Symbol.toStringTag, { value: name, configurable: true });
    this.define(globalThis, name, { value: created, enumerable: false, writable: true });
    return created;
  }

  restore(): void {
    for (const [target, key, original] of this.#originals.reverse()) {
      if (original) Object.defineProperty(target, key, original);
      else Reflect.deleteProperty(target, key);
    }
  }
}

/** An interface object of Web IDL. */
export interface InterfaceObject {
  readonly prototype: object;
}

/**
 * Returns a function that has every property of `native` and calls `call`. A Proxy of a function shows `[native code]` as its
 * source text: ECMAScript, Function.prototype.toString.
 */
const looksNative = <F extends (...args: never[]) => unknown>(native: F, call: Call): F =>
  new Proxy(native, { apply: (_, self, args) => call(self, args) });

const callOf = (native: unknown): Call | undefined =>
  typeof native === 'function' ? (self, args) => Reflect.apply(native, self, args) : undefined;

/** Returns a method as Web IDL makes them: without a prototype property, and not a constructor. */
function emptyMethod(name: string, length: number): () => unknown {
  const { [name]: method } = { [name]() {} };
  return Object.defineProperty(method as () => unknown, 'length', { value: length, configurable: true });
}

function emptyGetter(name: string): () => unknown {
  const holder = {
    get [name]() {
      return undefined;
    },
  };
  return Object.getOwnPropertyDescriptor(holder, name)?.get as () => unknown;
}

const emptyClass = (name: string) => ({ [name]: class {} })[name] as new () => object;
