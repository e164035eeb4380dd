/**
 * The errors that the released Python code raises.
 *
 * @module
 */

/** An error that the released code raises; `pythonType` is the exception's name in Python. */
export class PythonError extends Error {
  /** Name of the Python exception. */
  readonly pythonType: string;

  /** Takes the Python exception's name and what went wrong. */
  constructor(pythonType: string, message: string) {
    super(message);
    this.name = pythonType;
    this.pythonType = pythonType;
  }
}

/** Python's ValueError. */
export class PythonValueError extends PythonError {
  /** Takes what went wrong. */
  constructor(message: string) {
    super("ValueError", message);
  }
}

/** Python's TypeError. */
export class PythonTypeError extends PythonError {
  /** Takes what went wrong. */
  constructor(message: string) {
    super("TypeError", message);
  }
}

/** Python's ZeroDivisionError. */
export class PythonZeroDivisionError extends PythonError {
  /** Takes what went wrong. */
  constructor(message: string) {
    super("ZeroDivisionError", message);
  }
}

/** Python's UnboundLocalError. */
export class PythonUnboundLocalError extends PythonError {
  /** Takes what went wrong. */
  constructor(message: string) {
    super("UnboundLocalError", message);
  }
}

/** Python's AssertionError. */
export class PythonAssertionError extends PythonError {
  /** Takes what went wrong. */
  constructor(message: string) {
    super("AssertionError", message);
  }
}
