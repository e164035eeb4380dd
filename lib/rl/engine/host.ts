/**
 * The processor's model as the kernel names it, or the architecture where it does not say
 * (other systems than Linux, many ARM machines).
 */
export function processorName(): string {
  if (Deno.build.os !== "linux") return Deno.build.arch;
  const model = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
  return model?.trim() ?? Deno.build.arch;
}

/** Whether the processor has an instruction set, by its flag in /proc/cpuinfo; true off Linux. */
export function processorHas(flag: string): boolean {
  if (Deno.build.os !== "linux") return true;
  const flags = /^flags\s*:(.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
  return flags?.trim().split(/\s+/).includes(flag) ?? false;
}

/** The models of the NVIDIA graphics cards that the driver reports; empty without a driver. */
export function nvidiaCardNames(): readonly string[] {
  const folder = "/proc/driver/nvidia/gpus";
  try {
    return [...Deno.readDirSync(folder)].map((card) => {
      const text = Deno.readTextFileSync(`${folder}/${card.name}/information`);
      return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? card.name;
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
