import { missingPeer } from "../../base/missing-peer.js";

/** A model, loaded. */
export interface OnnxSession {
  /**
   * @param outputs By name, a tensor to write to, or `null` for one in fresh memory. The runtime copies what it writes to a given
   *   one once more: fresh memory is sooner there.
   */
  run<Name extends string>(
    inputs: Tensors,
    outputs: Readonly<Record<Name, OnnxTensor | null>>,
  ): Readonly<Record<Name, OnnxTensor>>;
  close(): void;
}

type Tensors = Readonly<Record<string, OnnxTensor>>;

export interface OnnxTensor {
  readonly data: Float32Array | BigInt64Array;
}

/** What is used of onnxruntime-node: its own types are missing where the optional package is not installed. */
export interface OnnxRuntime {
  readonly version: string;
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OnnxTensor;
  open(model: Uint8Array, options: object): OnnxSession;
}

interface Package {
  readonly Tensor: OnnxRuntime["Tensor"];
  readonly env: { readonly versions: { readonly node?: string } };
}

/** The package's own door to its native part. */
interface Binding {
  readonly binding?: {
    readonly InferenceSession?: new () => {
      loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
      run<Name extends string>(
        inputs: Tensors,
        outputs: Readonly<Record<Name, OnnxTensor | null>>,
        options: object,
      ): Readonly<Record<Name, OnnxTensor>>;
      dispose(): void;
    };
  };
  initOrt?(): void;
}

/**
 * onnxruntime-node, at the door behind its public one: `InferenceSession.run` there defers to the next turn of the event
 * loop a call that is synchronous all the same, and a closed form of a hundred products would have to wait for each. The
 * file is the package's own, so what is used of it is checked.
 *
 * @throws Error when the package is not installed, cannot be loaded, or has another door.
 */
export async function loadOnnxRuntime(caller: string): Promise<OnnxRuntime> {
  // Names the compiler does not follow: the package is optional and so are its types.
  const name: string = "onnxruntime-node";
  const { Tensor, env } = await load<Package>(name).catch(missingPeer(caller, `${name}@1`));
  const version = env.versions.node ?? "unknown";
  const found = await load<Binding>(`${name}/dist/binding.js`).catch((): Binding => ({}));
  const Session = found.binding?.InferenceSession;
  if (typeof Session?.prototype.loadModel !== "function") {
    throw new Error(
      `${caller}: ${name} must be a version from 1.20 to 1.30, or a later one built alike, received ${version}`,
    );
  }
  found.initOrt?.();
  return {
    version,
    Tensor,
    open(model, options) {
      const session = new Session();
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
      return {
        run: (inputs, outputs) => session.run(inputs, outputs, {}),
        close: () => {
          session.dispose();
        },
      };
    },
  };
}

/** A CommonJS module, whose exports Node gives as `default`. */
async function load<T>(name: string): Promise<T> {
  const module = (await import(name)) as T & { readonly default?: T };
  return module.default ?? module;
}
