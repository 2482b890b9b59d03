package io.kusionstack.operating.house;

import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Nothing sleeps, in main sources as in tests. */
final class Sleeps {

    private static final Pattern SLEEPERS = Pattern.compile("(java\\.lang\\.)?Thread(\\.currentThread\\(\\))?"
            + "|((java\\.util\\.concurrent\\.)?TimeUnit\\.)?"
            + "(NANOSECONDS|MICROSECONDS|MILLISECONDS|SECONDS|MINUTES|HOURS|DAYS)");
    private static final String REMEDY =
            "Wait for the event itself: a latch, a condition, a scheduled look; in integration tests Awaitility";

    private Sleeps() {}

    static List<Finding> findings(JavaSource source) {
        List<Finding> findings = new ArrayList<>();
        new Calls(source, findings).scan(source.tree(), null);
        return findings;
    }

    private static final class Calls extends TreeScanner<Void, Void> {

        private final JavaSource source;
        private final List<Finding> findings;

        Calls(JavaSource source, List<Finding> findings) {
            this.source = source;
            this.findings = findings;
        }

        @Override
        public Void visitImport(ImportTree line, Void nothing) {
            String name = line.getQualifiedIdentifier().toString();
            if (line.isStatic() && (name.equals("java.lang.Thread.sleep") || name.equals("java.lang.Thread.*"))) {
                findings.add(source.finding(line, "import of " + name, REMEDY));
            }
            return null;
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree member, Void nothing) {
            if (member.getIdentifier().contentEquals("sleep")
                    && isSleeper(member.getExpression().toString())) {
                findings.add(source.finding(member, member + " is used", REMEDY));
            }
            return super.visitMemberSelect(member, nothing);
        }

        @Override
        public Void visitMemberReference(MemberReferenceTree member, Void nothing) {
            if (member.getName().contentEquals("sleep")
                    && isSleeper(member.getQualifierExpression().toString())) {
                findings.add(source.finding(member, member + " is used", REMEDY));
            }
            return super.visitMemberReference(member, nothing);
        }

        private static boolean isSleeper(String expression) {
            return SLEEPERS.matcher(expression).matches();
        }
    }
}
