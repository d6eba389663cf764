/** Consecutive inputs of a batch that was refused, not asked for by themselves yet. */
export interface Piece<Refusal> {
  readonly start: number;
  readonly end: number;
  /** The smallest request that had all of them and was refused. */
  readonly of: RefusedRequest<Refusal>;
}

/** A request that was refused, and what has become of its inputs. */
export interface RefusedRequest<Refusal> {
  readonly size: number;
  readonly refusal: Refusal;
  /** The larger request that it was a piece of. */
  readonly of: RefusedRequest<Refusal> | undefined;
  /** Of its inputs, how many were answered since. */
  answered: number;
  /** Inputs of the largest piece of it that was answered. */
  largest: number;
}

/** In which order pieces of a refused batch are asked for, until what is wrong in it is known. */
export interface PieceSearch<Refusal> {
  /** Takes the piece to ask for now; `undefined` when all are known. */
  next(): Piece<Refusal> | undefined;
  /** The piece was answered. Returns the requests of which all is answered now, the smallest first: nothing in them was wrong. */
  passed(piece: Piece<Refusal>): RefusedRequest<Refusal>[];
  /** The piece was refused; a single input is then known to be wrong. */
  refused(piece: Piece<Refusal>, refusal: Refusal): void;
  /** The piece is to be asked for in halves, though nobody has refused it. */
  halve(piece: Piece<Refusal>): void;
}

/**
 * Of what is refused the first half comes next, down to a single input; then by turns, as wrong inputs may stand together or
 * alternate with others, its neighbour or, elsewhere, the largest piece that is left. So one wrong input among n is found by about
 * 2 log2(n) requests, and where nothing passes that is soon seen from inputs all over the batch.
 *
 * @param answers Whether anything was ever answered: while nothing was, other single inputs tell soonest that nothing will be.
 */
export function createPieceSearch<Refusal>(
  size: number,
  refusal: Refusal,
  answers: () => boolean,
): PieceSearch<Refusal> {
  const left: Piece<Refusal>[] = [];
  const halve = ({ start, end, of }: Piece<Refusal>): void => {
    const middle = Math.ceil((start + end) / 2);
    left.push({ start: middle, end, of }, { start, end: middle, of });
  };
  const refuse = (
    { start, end, of }: Pick<Piece<Refusal>, "start" | "end"> & Partial<Piece<Refusal>>,
    why: Refusal,
  ): void =>
    halve({ start, end, of: { size: end - start, refusal: why, of, answered: 0, largest: 0 } });
  let stayed = true;
  const goElsewhere = (): void => {
    stayed = answers() && !stayed;
    if (stayed) return;
    let largest = 0;
    for (const [k, { start, end }] of left.entries()) {
      if (end - start > left[largest].end - left[largest].start) largest = k;
    }
    const [piece] = left.splice(largest, 1);
    if (piece === undefined) return;
    if (answers() || piece.end - piece.start === 1) left.push(piece);
    else left.push({ ...piece, end: piece.end - 1 }, { ...piece, start: piece.end - 1 });
  };
  refuse({ start: 0, end: size }, refusal);
  return {
    next: () => left.pop(),
    passed(piece) {
      const count = piece.end - piece.start;
      const whole: RefusedRequest<Refusal>[] = [];
      for (let of: typeof piece.of | undefined = piece.of; of !== undefined; of = of.of) {
        of.answered += count;
        of.largest = Math.max(of.largest, count);
        if (of.answered === of.size) whole.push(of);
      }
      return whole;
    },
    refused(piece, why) {
      if (piece.end - piece.start > 1) refuse(piece, why);
      else goElsewhere();
    },
    halve,
  };
}

/** Single inputs that are refused while nothing was ever answered: then it cannot be the inputs' fault. */
export const mostAtFirst = 3;

/** What may still be spent on pieces of a batch. */
export interface PieceBudget {
  /** Requests. */
  left: number;
  /** How many more a piece that passes is worth: then there is something to be found. */
  readonly grant: number;
}

/**
 * At most 4 log2(n) requests for a batch of which nothing passes.
 *
 * @param before Requests that were spent on the whole batch.
 */
export function pieceBudget(size: number, before: number): PieceBudget {
  const grant = 4 * Math.ceil(Math.log2(size));
  return { left: Math.max(2, grant - before), grant };
}
