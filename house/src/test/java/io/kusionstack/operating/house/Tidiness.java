package io.kusionstack.operating.house;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What no file of ours contains: notes of work left over, tab characters, paths of one person's machine. */
final class Tidiness {

    // written so that they do not find themselves
    private static final Pattern LEFT_OVER = Pattern.compile("\\b(TO[D]O|FIX[M]E|XX[X])\\b");
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.~$}-])/(home|root|tmp)/\\w*");

    private Tidiness() {}

    static List<Finding> findings(String path, String text) {
        List<Finding> findings = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String place = path + ":" + number;
            Matcher leftOver = LEFT_OVER.matcher(line);
            if (!path.endsWith(".md") && leftOver.find()) {
                findings.add(new Finding(place, leftOver.group(), "Do it now or open an issue"));
            }
            if (!path.endsWith(".go") && line.indexOf('\t') >= 0) {
                findings.add(new Finding(place, "a tab character", "Indent with spaces"));
            }
            Matcher machinePath = MACHINE_PATH.matcher(line);
            if (!path.startsWith("testbed/") && machinePath.find()) {
                findings.add(new Finding(
                        place, "the path " + machinePath.group(), "Take the folder as an argument or from the JDK"));
            }
        }
        return findings;
    }
}
