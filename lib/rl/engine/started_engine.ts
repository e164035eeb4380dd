/** What an engine says of itself once it is the tfjs backend. */
export interface StartedEngine {
  /** The computing library and its version. */
  readonly version: string;
  /** The processors or graphics cards that compute, by model. */
  readonly devices: readonly string[];
  /** Threads that share one operation on the processor; 1 where a graphics card computes. */
  readonly threads: number;
  /** Whether it runs steps as graphs; see EngineSettings. */
  readonly compiles: boolean;
}
