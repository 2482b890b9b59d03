package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    @Test
    void roundsAPercentageUp() throws Exception {
        assertThat(allowed("{spec: {rules: [{labelCheck: {}}, {availablePolicy: {maxUnavailableValue: 33%}}]}}", 6))
                .isEqualTo(2);
        assertThat(allowed("{spec: {rules: [{availablePolicy: {maxUnavailableValue: 100%}}]}}", 7))
                .isEqualTo(7);
    }

    @Test
    void takesANumberAsItIs() throws Exception {
        assertThat(allowed("{spec: {rules: [{availablePolicy: {maxUnavailableValue: 3}}]}}", 6))
                .isEqualTo(3);
    }

    @Test
    void aRuleThatLimitsNothingIsNone() {
        assertThatThrownBy(() -> allowed("{spec: {rules: [{labelCheck: {}}]}}", 6))
                .hasMessageContaining("limits nothing");
    }

    private static int allowed(String rule, int pods) throws Exception {
        return Allowance.of(new YAMLMapper().readTree(rule), pods);
    }
}
