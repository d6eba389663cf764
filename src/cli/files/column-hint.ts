import { DataError } from "../../data/data-error.js";

/** Runs what reads columns, and says of one that is not there which flag names another. */
export async function withColumnHint<T>(hint: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DataError) || !error.message.includes("among the fields")) throw error;
    throw new Error(`${error.message}; ${hint}`, { cause: error });
  }
}

export const pairColumnHint = "--query-column and --passage-column name the columns";
