/** The engines that can compute a run. */
export type EngineName = "tensorflow" | "webgpu" | "wasm";

/** Every engine, fastest first: the order in which `auto` takes them. */
export const ENGINE_NAMES: readonly EngineName[] = ["tensorflow", "webgpu", "wasm"];

/** The command that builds the native engine. */
export const INSTALL_COMMAND = "deno task engine:install";

/** What a look at the machine found about one engine, before anything of it was loaded. */
export type EnginePresence =
  | {
    readonly present: true;
    /** A stand-in that computes on the processor what is meant for a graphics card: slow. */
    readonly software: boolean;
  }
  | {
    readonly present: false;
    /** What is missing, as a clause that can stand after "because". */
    readonly missing: string;
    /** What to do about it, as a full sentence. */
    readonly remedy: string;
  };

/** How to look for each engine on this machine. A look loads nothing of tfjs. */
export type EngineFinders = Readonly<
  Record<EngineName, () => EnginePresence | Promise<EnginePresence>>
>;

/** The engine to load and why. */
export interface EngineChoice {
  readonly name: EngineName;
  /** One line: why this engine. */
  readonly reason: string;
  /** One line: how to get a faster one; null when the fastest is already chosen. */
  readonly hint: string | null;
}

/**
 * Decides which engine computes.
 *
 * `auto` takes the first of {@linkcode ENGINE_NAMES} that is present and is no software stand-in
 * for a graphics card. An engine asked for by name is taken if it is present at all, a software
 * webgpu adapter too, and nothing else stands in for it. Only the engines up to the one taken are
 * looked for: looking for webgpu loads the graphics driver, whose LLVM makes a libtensorflow
 * loaded after it crash.
 *
 * @param choice an engine's name, or "auto"
 * @param finders how to look for each engine
 * @throws {Error} when the engine asked for is missing: names what is missing and the remedy
 *
 * @example
 * ```ts
 * import { chooseEngine } from "@terse/rl";
 * const { name } = await chooseEngine("auto", {
 *   tensorflow: () => ({ present: false, missing: "it is not built", remedy: "Build it." }),
 *   webgpu: () => ({ present: true, software: true }),
 *   wasm: () => ({ present: true, software: false }),
 * });
 * console.log(name); // wasm
 * ```
 */
export async function chooseEngine(
  choice: EngineName | "auto",
  finders: EngineFinders,
): Promise<EngineChoice> {
  if (choice !== "auto") return chooseByName(choice, await finders[choice]());
  const passedOver: string[] = [];
  for (const name of ENGINE_NAMES) {
    const presence = await finders[name]();
    if (!presence.present) passedOver.push(`${name} is missing: ${presence.missing}`);
    else if (presence.software) passedOver.push(`${name} has only a software adapter`);
    else {
      const because = passedOver.length === 0 ? "it is the fastest" : passedOver.join("; ");
      return {
        name,
        reason: `auto chose ${name} (${because})`,
        hint: name === "tensorflow"
          ? null
          : `The tensorflow engine is several times faster: ${INSTALL_COMMAND}`,
      };
    }
  }
  throw new Error(
    `Cannot choose an engine: one of ${ENGINE_NAMES.join(", ")} must be usable: ` +
      `current value is none (${passedOver.join("; ")}). Run "deno install", which brings wasm.`,
  );
}

function chooseByName(name: EngineName, presence: EnginePresence): EngineChoice {
  if (!presence.present) {
    throw new Error(
      `Cannot use the ${name} engine: it must be present: current value is missing, because ` +
        `${presence.missing}. ${presence.remedy}`,
    );
  }
  return { name, reason: `${name} was asked for`, hint: null };
}
