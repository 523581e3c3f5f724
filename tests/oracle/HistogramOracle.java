/* Judges our histogram by org.HdrHistogram.Histogram and by the sorted values themselves.
 *
 *     java -cp HdrHistogram.jar HistogramOracle.java FOLDER NAME...
 *
 * reads what histogram_values wrote. With three significant digits HdrHistogram cuts each power of
 * two into 1024 cells (2048 sub-buckets, of which all but the first bucket use the upper half).
 * That is our layout, so the cells must agree one by one, in bounds and counts. HdrHistogram's own
 * minimum, maximum and mean are those of cells; ours are exact and are compared with the values.
 *
 * Ranks are computed here from the decimal text of q, without floating point. HdrHistogram's
 * getValueAtPercentile is not asked: it chooses its rank by a rounding of its own. */
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

public class HistogramOracle {
	static final long LIMIT = 1L << 42;

	static long cellsCompared, quantilesCompared;

	final String name;
	final long overflow, negative;
	final long[] sorted;
	final Histogram histogram = new Histogram(1, LIMIT - 1, 3);
	final Iterator<HistogramIterationValue> cells;
	long seen; /* figures of the claims that were compared */

	HistogramOracle(String name, long[] values) {
		this.name = name;
		overflow = LongStream.of(values).filter(v -> v >= LIMIT).count();
		negative = LongStream.of(values).filter(v -> v < 0).count();
		sorted = LongStream.of(values).filter(v -> v >= 0 && v < LIMIT).sorted().toArray();
		for (long v : sorted)
			histogram.recordValue(v);
		cells = histogram.recordedValues().iterator();
	}

	void require(boolean holds, String claim, Object expected) {
		if (holds)
			return;
		System.err.println("histogram oracle: " + name + ": claimed \"" + claim + "\", expected "
			+ expected);
		System.exit(1);
	}

	void requireEqual(String claim, String figure, long expected) {
		require(Long.parseUnsignedLong(figure) == expected, claim, expected);
	}

	void requireNear(String claim, String figure, double expected, double relative) {
		double error = Math.abs(Double.parseDouble(figure) - expected);
		require(error <= relative * Math.abs(expected), claim, expected);
	}

	static BigInteger sum(long[] values) {
		BigInteger sum = BigInteger.ZERO;
		for (long v : values)
			sum = sum.add(BigInteger.valueOf(v));
		return sum;
	}

	void checkMean(String claim, String figure) {
		double exact = new BigDecimal(sum(sorted)).doubleValue() / sorted.length;
		requireNear(claim, figure, exact, 1e-15);
		requireNear(claim, figure, histogram.getMean(), 1.0 / 1024);
	}

	/* The next cell in use, by its bounds and its count. */
	void checkCell(String claim, String low, String high, String count) {
		require(cells.hasNext(), claim, "no more cells");
		HistogramIterationValue cell = cells.next();
		long value = cell.getValueIteratedTo();
		requireEqual(claim, low, histogram.lowestEquivalentValue(value));
		requireEqual(claim, high, histogram.highestEquivalentValue(value));
		requireEqual(claim, count, cell.getCountAddedInThisIterationStep());
		cellsCompared++;
	}

	/* The cell that holds the value of a rank, as HdrHistogram counts. */
	HistogramIterationValue cellAt(long rank) {
		for (HistogramIterationValue cell : histogram.recordedValues())
			if (cell.getTotalCountToThisValue() >= rank)
				return cell;
		throw new IllegalStateException("no such rank: " + rank);
	}

	double clamped(double value) {
		return Math.min(Math.max(value, sorted[0]), sorted[sorted.length - 1]);
	}

	void checkQuantile(String claim, String q, String figure, String interpolated) {
		BigDecimal position = new BigDecimal(q).multiply(BigDecimal.valueOf(sorted.length));
		long rank = Math.max(1, position.setScale(0, RoundingMode.CEILING).longValueExact());
		long exact = sorted[(int) rank - 1];
		HistogramIterationValue cell = cellAt(rank);
		long low = histogram.lowestEquivalentValue(cell.getValueIteratedTo());
		long high = histogram.highestEquivalentValue(cell.getValueIteratedTo());
		double ours = Double.parseDouble(figure);

		require(low <= exact && exact <= high, claim, "the two judges to agree on " + exact);
		require(low <= ours && ours <= high, claim, low + " .. " + high);
		requireNear(claim, figure, exact, 1.0 / 1024);
		requireNear(claim, figure, clamped((low + high) / 2.0), 1e-15);

		long count = cell.getCountAddedInThisIterationStep();
		double below = cell.getTotalCountToThisValue() - count;
		double share = Math.min(Math.max((position.doubleValue() - below) / count, 0), 1);
		double between = clamped(low - 0.5 + (high - low + 1) * share);
		requireNear(claim, interpolated, between, 1e-12);
		quantilesCompared++;
	}

	void check(String claim) {
		String[] word = claim.split(" ");
		seen++;
		switch (word[0]) {
		case "count" -> requireEqual(claim, word[1], sorted.length);
		case "sum" -> require(new BigInteger(word[1]).equals(sum(sorted)), claim, sum(sorted));
		case "min" -> requireEqual(claim, word[1], sorted[0]);
		case "max" -> requireEqual(claim, word[1], sorted[sorted.length - 1]);
		case "overflow" -> requireEqual(claim, word[1], overflow);
		case "negative" -> requireEqual(claim, word[1], negative);
		case "mean" -> checkMean(claim, word[1]);
		case "quantile" -> checkQuantile(claim, word[1], word[2], word[3]);
		case "cell" -> checkCell(claim, word[1], word[2], word[3]);
		default -> require(false, claim, "a keyword of this program");
		}
	}

	void checkAll(List<String> claims) {
		claims.forEach(this::check);
		require(!cells.hasNext(), "all cells", "more cells");
		require(seen > 7, "all figures", "more figures");
	}

	public static void main(String[] args) throws Exception {
		long values = 0;
		for (int i = 1; i < args.length; i++) {
			Path of = Path.of(args[0]);
			long[] read = Files.readAllLines(of.resolve(args[i] + ".values")).stream()
				.mapToLong(Long::parseLong).toArray();
			new HistogramOracle(args[i], read)
				.checkAll(Files.readAllLines(of.resolve(args[i] + ".claims")));
			values += read.length;
		}
		System.out.printf("histogram oracle: %d sets of %d values, %d quantiles (nearest rank and "
			+ "interpolated), %d cells, count, sum, min, max, mean: as org.HdrHistogram%n",
			args.length - 1, values, quantilesCompared, cellsCompared);
		if (quantilesCompared == 0 || cellsCompared == 0)
			System.exit(1);
	}
}
