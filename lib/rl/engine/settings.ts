/** How an engine computes, as far as it leaves a choice. */
export interface EngineSettings {
  /**
   * Whether steps run as TensorFlow graphs, recorded from the same code: `auto` on the tensorflow engine's
   * processor build. On a graphics card graphs pass their inputs through the host's memory, so `auto` leaves
   * them out there.
   */
  readonly compile: "auto" | "on" | "off";
  /** Whether an NVIDIA card may round the factors of float32 products to 10 bits of mantissa (TF32). */
  readonly tf32: boolean;
}

/** What `compile` takes. */
export const COMPILE_CHOICES: readonly EngineSettings["compile"][] = ["auto", "on", "off"];

/** Float32 products, graphs where they pay. */
export const DEFAULT_ENGINE_SETTINGS: EngineSettings = { compile: "auto", tf32: false };
