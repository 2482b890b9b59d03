package io.kusionstack.operating.host.collaset;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The one spelling that Kubernetes has for an amount: {@code 1024Mi} is {@code 1Gi}, {@code 0.5} is {@code 500m}. */
final class Quantity {
    private static final Pattern FORM =
            Pattern.compile("([+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+))([A-Za-z]{0,2}|[eE][+-]?\\d+)");
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final List<String> DECIMAL = List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
    /** The largest amount of Kubernetes has 19 digits, the smallest 9 behind the point. */
    private static final int LONGEST = 64;

    /** The letter, a sign and two digits: a computed amount has a hundred digits at most. */
    private static final int LONGEST_EXPONENT = 4;

    private static final int UNIT = 3;
    private static final int NANO = 9;
    private static final BigInteger KIBI = BigInteger.valueOf(1024);
    private static final BigInteger KILO = BigInteger.valueOf(1000);

    private Quantity() {}

    /** The canonical spelling; {@code text} itself if it is no quantity, or more than any machine has. */
    static String canonical(String text) {
        if (text.length() > LONGEST) {
            return text;
        }
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            return text;
        }
        BigDecimal number = new BigDecimal(form.group(1));
        String suffix = form.group(2);
        int binary = BINARY.indexOf(suffix);
        if (binary > 0) {
            return binary(number.multiply(new BigDecimal(KIBI.pow(binary))));
        }
        int decimal = DECIMAL.indexOf(suffix);
        if (decimal >= 0) {
            return decimal(number.scaleByPowerOfTen((decimal - UNIT) * 3), false);
        }
        return suffix.length() > 1
                        && suffix.length() <= LONGEST_EXPONENT
                        && Character.toLowerCase(suffix.charAt(0)) == 'e'
                ? decimal(number.scaleByPowerOfTen(Integer.parseInt(suffix.substring(1))), true)
                : text;
    }

    private static String binary(BigDecimal value) {
        if (value.abs().compareTo(new BigDecimal(KIBI)) < 0) {
            return decimal(value, false);
        }
        BigInteger amount = value.setScale(0, RoundingMode.UP).toBigInteger();
        int unit = 0;
        while (unit < BINARY.size() - 1 && amount.mod(KIBI).signum() == 0) {
            amount = amount.divide(KIBI);
            unit++;
        }
        return amount + BINARY.get(unit);
    }

    private static String decimal(BigDecimal value, boolean exponent) {
        BigInteger amount =
                value.scaleByPowerOfTen(NANO).setScale(0, RoundingMode.UP).toBigInteger();
        if (amount.signum() == 0) {
            return "0";
        }
        int unit = 0;
        while (unit < DECIMAL.size() - 1 && amount.mod(KILO).signum() == 0) {
            amount = amount.divide(KILO);
            unit++;
        }
        int power = (unit - UNIT) * 3;
        return exponent ? amount + (power == 0 ? "" : "e" + power) : amount + DECIMAL.get(unit);
    }
}
