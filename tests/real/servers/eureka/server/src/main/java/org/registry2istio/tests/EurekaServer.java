package org.registry2istio.tests;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.web.SecurityFilterChain;

/** Asks for basic authentication if it is told a user: --spring.security.user.name and .password. */
@SpringBootApplication
@EnableEurekaServer
public class EurekaServer {
  public static void main(String[] arguments) {
    SpringApplication.run(EurekaServer.class, arguments);
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http, @Value("${spring.security.user.name:}") String user)
      throws Exception {
    // Clients of Eureka send no CSRF token.
    http.csrf(AbstractHttpConfigurer::disable).httpBasic(Customizer.withDefaults());
    http.authorizeHttpRequests(
        requests -> {
          if (user.isEmpty()) requests.anyRequest().permitAll();
          else requests.anyRequest().authenticated();
        });
    return http.build();
  }
}
