// The JavaScript half of embind, as wasm/bindings/embind_types.cpp is the C++ one: for a class whose methods take and give numbers,
// strings of bytes and views of bytes. It takes the place of Emscripten's glue, which also knows overloads, inheritance, smart pointers
// and counted handles, and how to fetch: 6 kB (brotli) that nothing here would call.
import type { Core, MakeCore } from './core';
import { instantiate, type Module } from './wasm';

interface Exports {
  memory: WebAssembly.Memory;
  __indirect_function_table: WebAssembly.Table;
  malloc(bytes: number): number;
  free(address: number): void;
  _initialize(): void;
}

/** How the values of a C++ type cross the border; `free` comes after the call. */
interface Type {
  to(value: unknown): number;
  from(answer: number): unknown;
  free?(given: number): void;
}

interface Class {
  new (): { address: unknown };
  prototype: Record<string, unknown>;
}

const number: Type = { to: (value) => value as number, from: (answer) => answer };

/** Compiled once: after a trap a new instance is there within a frame. */
export const core_maker =
  (module: Module): MakeCore =>
  async () => {
    let view: Uint8Array | undefined;
    /** By the type's id, an address. */
    const types: Record<number, Type> = {};
    const classes: Record<number, Class> = {};
    const constructors: Record<number, () => unknown> = {};
    const core: Record<string, Class> = {};

    const bytes_at = (address: number, count?: number): Uint8Array =>
      new Uint8Array(exports.memory.buffer, address, count);
    const numbers_at = (address: number, count: number): number[] => [
      ...new Uint32Array(exports.memory.buffer, address, count),
    ];
    const name_at = (address: number): string => {
      const bytes = bytes_at(address);
      return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
    };
    const pointed_at = (index: number) =>
      exports.__indirect_function_table.get(index) as (...given: number[]) => number;

    /** A function that calls `target` through its C++ invoker. `ids`: of the answer's type and the arguments'. */
    const through = (count: number, ids: number, invoker: number, target: number) => {
      const signature = numbers_at(ids, count);
      const call = pointed_at(invoker);
      return (...values: unknown[]): unknown => {
        // Looked up late: a type may be registered after the function that needs it.
        const [answer, ...taken] = signature.map((id) => types[id] as Type) as [Type, ...Type[]];
        const given = taken.map((type, i) => type.to(values[i]));
        const answered = call(target, ...given);
        taken.forEach((type, i) => type.free?.(given[i] as number));
        return answer.from(answered);
      };
    };
    const register_number = (id: number): void => void (types[id] = number);

    const env = {
      emscripten_notify_memory_growth() {},
      _embind_register_void: register_number,
      _embind_register_float: register_number,
      _embind_register_std_string(id: number) {
        types[id] = {
          ...number,
          to(value) {
            const bytes = value as Uint8Array;
            const address = exports.malloc(4 + bytes.length);
            new DataView(exports.memory.buffer).setUint32(address, bytes.length, true);
            bytes_at(address + 4).set(bytes);
            return address;
          },
          free: exports.free,
        };
      },
      // A `val` is given away by the call that made it, so there is never more than one.
      _embind_register_emval: (id: number) => void (types[id] = { ...number, from: () => view }),
      _embind_register_memory_view() {},
      _emval_take_value(_type: number, given: number) {
        const [count, address] = numbers_at(given, 2) as [number, number];
        view = bytes_at(address, count);
      },
      _embind_register_class(...given: number[]) {
        const at = (place: number): number => given[place] as number;
        classes[at(0)] = core[name_at(at(10))] = class {
          address = constructors[at(0)]?.();
          delete() {
            pointed_at(at(12))(this.address as number);
          }
        } as unknown as Class;
        // A pointer to an object, and one to const.
        types[at(1)] = types[at(2)] = {
          ...number,
          to: (object) => (object as { address: number }).address,
        };
      },
      _embind_register_class_constructor(
        id: number,
        count: number,
        ids: number,
        _signature: number,
        invoker: number,
        target: number,
      ) {
        constructors[id] = through(count, ids, invoker, target);
      },
      _embind_register_class_function(
        id: number,
        name: number,
        count: number,
        ids: number,
        _signature: number,
        invoker: number,
        target: number,
      ) {
        const method = through(count, ids, invoker, target);
        (classes[id] as Class).prototype[name_at(name)] = function (...values: unknown[]) {
          return method(this, ...values);
        };
      },
    };
    const exports = (await instantiate(module, { env })) as unknown as Exports;
    exports._initialize();
    return core as unknown as Core;
  };
