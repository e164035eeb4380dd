export * from "./diagnose/diagnose.ts";
export { reasonToStop } from "./diagnose/faults.ts";
export type {
  DiagnosedSettings,
  Diagnosis,
  DiagnosisCause,
  StepMetrics,
  Symptom,
} from "./diagnose/symptom.ts";
export * from "./engine/cache_folder.ts";
export * from "./engine/choice.ts";
export * from "./engine/engine.ts";
export * from "./engine/memory.ts";
export * from "./engine/settings.ts";
export * from "./graph/compile.ts";
export * from "./grpo/mod.ts";
export * from "./lora/adapter.ts";
export * from "./lora/names.ts";
export * from "./memory/fit_memory.ts";
export * from "./memory/predict_memory.ts";
export * from "./model/config.ts";
export * from "./model/files/dequantise.ts";
export * from "./model/files/expected_shapes.ts";
export * from "./model/files/float_formats.ts";
export * from "./model/files/gguf_names.ts";
export * from "./model/files/hf_config.ts";
export * from "./model/files/peft_folder.ts";
export * from "./model/files/read_model.ts";
export * from "./model/files/safetensors.ts";
export * from "./model/files/smollm2.ts";
export * from "./model/files/tensor_data.ts";
export * from "./model/files/write_hf_folder.ts";
export * from "./model/group_batch.ts";
export * from "./model/ops.ts";
export * from "./model/passes.ts";
export * from "./model/weights.ts";
export * from "./policy.ts";
export * from "./rollout/rollout.ts";
export * from "./rollout/sampling.ts";
export * from "./rollout/thinking.ts";
export * from "./tiny/bpe.ts";
export * from "./tiny/budgets.ts";
export * from "./tiny/folder.ts";
export * from "./tiny/initial_weights.ts";
export * from "./tiny/supervised_step.ts";
export * from "./tiny/tiny_files.ts";
export * from "./tokenizer/byte_alphabet.ts";
export * from "./tokenizer/pre_tokenizer.ts";
export * from "./tokenizer/tokenizer.ts";
export * from "./tokenizer/tokenizer_json.ts";
export * from "./train/advantages.ts";
export * from "./train/checkpoint.ts";
export * from "./train/dynamic_sampling.ts";
export * from "./train/plain_estimators.ts";
export * from "./train/question.ts";
export * from "./train/reference.ts";
export * from "./train/score.ts";
export * from "./train/train_step.ts";
